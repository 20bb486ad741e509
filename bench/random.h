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

/* 64 random bits. */
uint64_t random_next(struct random *random);

/*
 * A number from 0 to bound − 1, each equally likely (the remainder of a division would favour the
 * small ones). bound is at least 1.
 */
uint64_t random_below(struct random *random, uint64_t bound);

/* Puts items into an order drawn from all orders alike (Fisher and Yates). */
void random_shuffle(struct random *random, unsigned *items, size_t count);

#endif
