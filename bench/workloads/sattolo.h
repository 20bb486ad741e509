/* SPDX-License-Identifier: MIT */
/*
 * A random permutation that is one single cycle, by Sattolo's algorithm (S. Sattolo, "An algorithm
 * to generate a random cyclic permutation", Information Processing Letters 22, 1986): Fisher and
 * Yates' shuffle, but an element never changes places with itself. Following it from anywhere
 * visits everything once before it comes home.
 */
#ifndef VIRTLAB_WORKLOADS_SATTOLO_H
#define VIRTLAB_WORKLOADS_SATTOLO_H

#include <stddef.h>
#include <stdint.h>

/* Marsaglia's xorshift64 (2003) with the triple 13, 7, 17; the state is never 0. */
static inline uint64_t xorshift64(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Fill next[0..count-1] so that i -> next[i] is one cycle. The same seed (not 0), the same cycle.
 */
static inline void sattolo_cycle(uint32_t *next, uint32_t count, uint64_t seed)
{
    for (uint32_t i = 0; i < count; i++)
        next[i] = i;
    for (uint32_t i = count; i-- > 1;) {
        /* 0 <= j < i, by multiplication instead of division (Lemire 2019); its bias, below
           2^-32 times the count, is of no matter here. */
        uint32_t j = (uint32_t)((xorshift64(&seed) >> 32) * i >> 32);
        uint32_t swap = next[i];
        next[i] = next[j];
        next[j] = swap;
    }
}

#endif
