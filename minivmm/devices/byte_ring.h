/* SPDX-License-Identifier: MIT */
/* A ring of bytes: first in, first out, in a fixed place. Whoever shares one locks it. */
#ifndef MINIVMM_BYTE_RING_H
#define MINIVMM_BYTE_RING_H

#include <stddef.h>
#include <stdint.h>

struct byte_ring {
    uint8_t *bytes;
    size_t size;
    size_t start, count; /* the oldest byte, and how many there are */
};

static inline size_t byte_ring_room(const struct byte_ring *ring)
{
    return ring->size - ring->count;
}

/* Needs room. */
static inline void byte_ring_put(struct byte_ring *ring, uint8_t byte)
{
    ring->bytes[(ring->start + ring->count++) % ring->size] = byte;
}

/* Needs a byte. */
static inline uint8_t byte_ring_take(struct byte_ring *ring)
{
    uint8_t byte = ring->bytes[ring->start];

    ring->start = (ring->start + 1) % ring->size;
    ring->count--;
    return byte;
}

/* The oldest bytes that lie in one piece; *count is set to their number, at most most. */
static inline const uint8_t *byte_ring_front(const struct byte_ring *ring, size_t most,
                                             size_t *count)
{
    size_t piece = ring->size - ring->start;

    piece = piece < ring->count ? piece : ring->count;
    *count = piece < most ? piece : most;
    return ring->bytes + ring->start;
}

static inline void byte_ring_drop(struct byte_ring *ring, size_t count)
{
    ring->start = (ring->start + count) % ring->size;
    ring->count -= count;
}

#endif
