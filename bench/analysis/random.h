/* SPDX-License-Identifier: MIT */
/*
 * Random numbers that a recorded seed brings back: they order the schedule and draw the bootstrap's
 * resamples. xoshiro256** by Blackman and Vigna ("Scrambled Linear Pseudorandom Number Generators",
 * ACM TOMS 47, 2021), its state filled by splitmix64 as they advise, so that the seeds 1 and 2 give
 * unrelated sequences. Not for secrets: its next numbers can be computed from a few past ones.
 */
#ifndef VIRTLAB_RANDOM_H
#define VIRTLAB_RANDOM_H

#include <stddef.h>
#include <stdint.h>

struct random {
    uint64_t state[4]; /* never all zero */
};

/* Any seed is as good as another, 0 too. */
void random_seed(struct random *random, uint64_t seed);

static inline uint64_t random_rotate_left(uint64_t value, unsigned bits)
{
    return value << bits | value >> (64 - bits);
}

/* 64 random bits. Inline, since a bootstrap asks for tens of millions. */
static inline uint64_t random_next(struct random *random)
{
    uint64_t *state = random->state;
    uint64_t result = random_rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = random_rotate_left(state[3], 45);
    return result;
}

/*
 * A number from 0 to bound − 1, each equally likely (the remainder of a division would favour the
 * small ones). bound is at least 1.
 */
uint64_t random_below(struct random *random, uint64_t bound);

/* Puts items into an order drawn from all orders alike (Fisher and Yates). */
void random_shuffle(struct random *random, unsigned *items, size_t count);

#endif
