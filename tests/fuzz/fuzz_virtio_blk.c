/* SPDX-License-Identifier: MIT */
/* libFuzzer: a hostile driver of a disk, written to, or read-only, or with an overlay. */
#include "minivmm/devices/virtio_blk.h"
#include "tests/fuzz/fuzz_virtio.h"

enum { IMAGE_BYTES = 100 * 512 }; /* ends inside of a cluster */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t mode = size > 0 ? data[0] : 0;
    struct virtio_device *device;
    struct error error;
    char path[32];

    int image = memfd_create("image", MFD_CLOEXEC);
    if (image < 0 || ftruncate(image, IMAGE_BYTES) < 0)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", image);
    const struct minivmm_disk disk = {path, mode & 1, mode & 2};
    if (virtio_blk_create(&device, &disk, &error) < 0)
        driver_give_up(error.text);
    fuzz_device(device, -1, data + (size > 0), size - (size > 0));
    close(image);
    return 0;
}
