/* SPDX-License-Identifier: MIT */
/* libFuzzer: a hostile driver of the network card, and another end that sends, reads, goes away. */
#include <signal.h>

#include "minivmm/devices/virtio_net.h"
#include "tests/fuzz/fuzz_virtio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* A worker blocks it. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    signal(SIGPIPE, SIG_IGN);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct virtio_device *device;
    struct error error;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    const struct virtio_net_link link = {
        .fd = ends[0], .mac = {2, 0, 0, 0, 0, 1}
    };
    if (virtio_net_create(&device, &link, &error) < 0)
        driver_give_up(error.text);
    fuzz_device(device, ends[1], data, size);
    return 0;
}
