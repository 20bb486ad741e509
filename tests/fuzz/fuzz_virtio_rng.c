/* SPDX-License-Identifier: MIT */
/* libFuzzer: a hostile driver of the entropy device, and of the registers that all devices have. */
#include "minivmm/devices/virtio_rng.h"
#include "tests/fuzz/fuzz_virtio.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct virtio_device *device;
    struct error error;

    if (virtio_rng_create(&device, &error) < 0)
        driver_give_up(error.text);
    fuzz_device(device, -1, data, size);
    return 0;
}
