/* SPDX-License-Identifier: MIT */
/* libFuzzer: a hostile driver of the console, and a host that sends, reads and goes away. */
#include "minivmm/devices/virtio_console.h"
#include "tests/fuzz/fuzz_virtio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct virtio_device *device;
    struct error error;
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        abort();
    const struct virtio_console_ports ports = {ends[0], ends[0], ends[0], ends[0], -1, size % 2};
    if (virtio_console_create(&device, &ports, &error) < 0)
        driver_give_up(error.text);
    fuzz_device(device, ends[1], data, size);
    close(ends[0]);
    return 0;
}
