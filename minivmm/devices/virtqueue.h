/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue, seen from the device (virtio 1.2, 2.7). It lies in guest memory, where a
 * hostile driver may change anything at any time; so each field is copied once and the copy judged.
 * Whatever a driver writes, a queue hands out only memory that is the guest's RAM, a bounded number
 * of pieces, and no more buffers at a time than it has entries.
 */
#ifndef MINIVMM_VIRTQUEUE_H
#define MINIVMM_VIRTQUEUE_H

#include <linux/virtio_ring.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "minivmm/devices/ram.h"

enum {
    VIRTQUEUE_SIZE_MAX = 256,   /* entries; a power of two */
    VIRTQUEUE_PIECES_MAX = 1024 /* of one buffer, as many as writev(2) takes */
};

struct virtqueue {
    const struct ram *ram;

    /* What the driver chose; fixed while ready. Addresses are guest-physical. */
    uint16_t size;
    uint64_t descriptors_gpa, available_gpa, used_gpa;
    bool indirect;  /* VIRTIO_F_INDIRECT_DESC was negotiated */
    bool event_idx; /* VIRTIO_F_EVENT_IDX was negotiated */

    bool ready;
    bool broken; /* the driver broke the rules: nothing more until a reset */

    /* While ready: where the three parts are on the host, each wholly inside of RAM. */
    const uint8_t *descriptors; /* struct vring_desc */
    volatile struct vring_avail *available;
    volatile struct vring_used *used;

    /* Free-running: they go from 65535 to 0, and the entry meant is index % size. */
    uint16_t next_available, next_used;
    uint16_t judged_used; /* next_used when virtqueue_wants_interrupt() was last asked */
    bool silent;          /* the driver has been asked not to notify */
};

/* A buffer: first the pieces that the device may only read, then those that it may write. */
struct virtqueue_buffer {
    uint16_t head;
    unsigned readable, writable; /* numbers of pieces, together at most VIRTQUEUE_PIECES_MAX */
    uint64_t readable_bytes, writable_bytes; /* together at most 4 GiB */
    struct iovec pieces[VIRTQUEUE_PIECES_MAX];
};

/* Back to what a device has after a reset; ram stays. */
void virtqueue_reset(struct virtqueue *queue);

/* The driver sets ready: whether size and addresses are acceptable, so that the queue is usable. */
bool virtqueue_enable(struct virtqueue *queue);

/*
 * Take the next buffer: 1, 0 when there is none, -EPROTO when the driver broke the rules (the queue
 * is then broken). A buffer with no piece at all is possible.
 */
int virtqueue_take(struct virtqueue *queue, struct virtqueue_buffer *buffer);

/* Put the buffer last taken, and not given, back, as if it had never been looked at. */
void virtqueue_untake(struct virtqueue *queue);

/* Give a buffer back to the driver, with so many bytes written to it. */
void virtqueue_give(struct virtqueue *queue, uint16_t head, uint32_t written);

/* After a batch: whether the driver wants an interrupt for what was given since the last call
 * (2.7.7). */
bool virtqueue_wants_interrupt(struct virtqueue *queue);

/*
 * Ask the driver not to notify, or to notify again at the next buffer (2.7.10). After asking for
 * notifications look once more: true where buffers have come meanwhile.
 */
void virtqueue_silence(struct virtqueue *queue);
bool virtqueue_listen(struct virtqueue *queue);

/*
 * Copy between a buffer and the host's memory, beginning offset bytes into its readable or its
 * writable part. Returns how many bytes there were to copy, at most bytes.
 */
size_t virtqueue_read(const struct virtqueue_buffer *buffer, uint64_t offset, void *to,
                      size_t bytes);
size_t virtqueue_write(const struct virtqueue_buffer *buffer, uint64_t offset, const void *from,
                       size_t bytes);

/*
 * The pieces of the readable or the writable part from offset on, at most bytes in all and at most
 * room pieces: for readv(2) and its family. Returns their number; *total is what they hold.
 */
unsigned virtqueue_readable(const struct virtqueue_buffer *buffer, uint64_t offset, uint64_t bytes,
                            struct iovec *pieces, unsigned room, size_t *total);
unsigned virtqueue_writable(const struct virtqueue_buffer *buffer, uint64_t offset, uint64_t bytes,
                            struct iovec *pieces, unsigned room, size_t *total);

#endif
