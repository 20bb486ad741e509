/* SPDX-License-Identifier: MIT */
/* The entropy device: one queue, and every buffer in it is filled with random bytes. */
#include "minivmm/devices/virtio_rng.h"

#include <linux/virtio_ids.h>
#include <sys/random.h>

enum {
    QUEUE_SIZE = 64,
    /*
     * What one buffer gets at most. The device may use less of a buffer than there is (5.4.6), and
     * a guest that asks for gigabytes shall not keep a processor of the host busy at one stroke.
     */
    BYTES_MAX = 64 << 10,
};

static void serve(struct virtio_device *device, unsigned queue)
{
    struct virtqueue_buffer buffer;

    while (virtio_take(device, queue, &buffer)) {
        size_t done = 0, total;
        struct iovec piece;
        while (done < BYTES_MAX &&
               virtqueue_writable(&buffer, done, BYTES_MAX - done, &piece, 1, &total)) {
            ssize_t got = getrandom(piece.iov_base, piece.iov_len, 0);
            if (got <= 0)
                break;
            done += (size_t)got;
        }
        virtio_give(device, queue, &buffer, done);
    }
}

static const struct sandbox_call table[] = {SANDBOX_CALL(SYS_getrandom)};
static const struct sandbox_group calls = SANDBOX_GROUP("the host's random numbers", table);

static const struct virtio_kind kind = {
    .name = "virtio-rng",
    .id = VIRTIO_ID_RNG,
    .serve = serve,
    .calls = &calls,
};

int virtio_rng_create(struct virtio_device **device, struct error *error)
{
    return virtio_create(device, &kind, NULL, 1, QUEUE_SIZE, 0, error);
}
