/* SPDX-License-Identifier: MIT */
/*
 * A split virtqueue, seen from the device (virtio 1.2, 2.7). It lies in guest memory, where a
 * hostile driver may change anything at any time; so each field is copied once and the copy judged.
 * Whatever a driver writes, a queue hands out only memory that is the guest's RAM, a bounded number
 * of pieces, and each buffer once for every index the driver has made available.
 */
#ifndef MINIVMM_VIRTQUEUE_H
#define MINIVMM_VIRTQUEUE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "minivmm/boot/ram.h"

enum {
    VIRTQUEUE_SIZE_MAX = 256,   /* entries; a power of two */
    VIRTQUEUE_PIECES_MAX = 1024 /* of one buffer, as many as writev(2) takes */
};

struct virtqueue {
    const struct ram *ram;
    uint16_t size; /* what the driver chose */
    bool ready;
    bool broken;    /* the driver broke the rules: nothing more until a reset */
    bool event_idx; /* VIRTIO_F_EVENT_IDX was negotiated */
    uint64_t descriptors, driver_area, device_area; /* guest-physical */
    uint16_t next_available, next_used;
    uint16_t signalled_used; /* next_used when the driver was last interrupted */
    bool signalled_valid;
};

/* A buffer: first the pieces that the device may only read, then those that it may write. */
struct virtqueue_buffer {
    uint16_t head;
    unsigned readable, writable; /* numbers of pieces */
    uint64_t readable_bytes, writable_bytes;
    struct iovec pieces[VIRTQUEUE_PIECES_MAX];
};

/* Back to what a device has after a reset; ram stays. */
void virtqueue_reset(struct virtqueue *queue);

/* The driver sets ready: whether size and addresses are acceptable, so that the queue is usable. */
bool virtqueue_enable(struct virtqueue *queue);

/*
 * Take the next buffer: 1, 0 when there is none, -EPROTO when the driver broke the rules (the queue
 * is then broken, and the transport sets DEVICE_NEEDS_RESET).
 */
int virtqueue_take(struct virtqueue *queue, struct virtqueue_buffer *buffer);

/* Put the last buffer taken back, as if it had never been looked at. */
void virtqueue_untake(struct virtqueue *queue);

/* Give a buffer back to the driver, with so many bytes written to it. */
void virtqueue_give(struct virtqueue *queue, uint16_t head, uint32_t written);

/* After a batch: whether the driver wants an interrupt for it (2.7.7). */
bool virtqueue_wants_interrupt(struct virtqueue *queue);

/*
 * Ask the driver not to notify, or to notify again at the next buffer (2.7.10). After asking for
 * notifications look once more: true where buffers have come meanwhile.
 */
void virtqueue_silence(struct virtqueue *queue);
bool virtqueue_listen(struct virtqueue *queue);

#endif
