/* SPDX-License-Identifier: MIT */
#include "bench/analysis/random.h"

static uint64_t splitmix64(uint64_t *state)
{
    uint64_t mixed = *state += UINT64_C(0x9e3779b97f4a7c15);

    mixed = (mixed ^ mixed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94d049bb133111eb);
    return mixed ^ mixed >> 31;
}

void random_seed(struct random *random, uint64_t seed)
{
    /* splitmix64 gives each number once in 2^64 steps, so four in a row are never all zero. */
    for (unsigned i = 0; i < 4; i++)
        random->state[i] = splitmix64(&seed);
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    /*
     * Lemire, "Fast Random Integer Generation in an Interval" (2019): the high half of bits × bound
     * is in range. 2^64 mod bound low halves are one too many; drawing again on those keeps it
     * fair.
     */
    unsigned __int128 product = (unsigned __int128)random_next(random) * bound;

    if ((uint64_t)product < bound) {
        uint64_t unfair = -bound % bound;
        while ((uint64_t)product < unfair)
            product = (unsigned __int128)random_next(random) * bound;
    }
    return (uint64_t)(product >> 64);
}

void random_shuffle(struct random *random, unsigned *items, size_t count)
{
    for (size_t left = count; left > 1; left--) {
        size_t chosen = random_below(random, left);
        unsigned last = items[left - 1];
        items[left - 1] = items[chosen];
        items[chosen] = last;
    }
}
