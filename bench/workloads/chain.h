/* SPDX-License-Identifier: MIT */
/*
 * The integer work of `integer` and `processes`: a chain whose every step waits for the one before
 * it: shift, exclusive or, multiply, add. The shift makes it no polynomial, so a compiler has to
 * run the loop as it stands.
 */
#ifndef VIRTLAB_WORKLOADS_CHAIN_H
#define VIRTLAB_WORKLOADS_CHAIN_H

#include <stdint.h>

/* A multiplier whose low bits are well mixed (L'Ecuyer 1999, table 4), and any odd increment. */
#define CHAIN_MULTIPLIER UINT64_C(2862933555777941757)
#define CHAIN_INCREMENT  UINT64_C(3037000493)

static inline uint64_t chain_run(uint64_t x, uint64_t steps)
{
    for (uint64_t i = 0; i < steps; i++)
        x = (x ^ x >> 29) * CHAIN_MULTIPLIER + CHAIN_INCREMENT;
    return x;
}

#endif
