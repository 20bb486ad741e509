/* SPDX-License-Identifier: MIT */
/*
 * Randomised blocks: each block holds every contender once, in an order of its own, so that a
 * machine that slows down for a while slows all of them alike (Fisher's design of 1926; for
 * benchmarks see docs/measuring.md). The seed is recorded and brings the same schedule back.
 */
#ifndef VIRTLAB_SCHEDULE_H
#define VIRTLAB_SCHEDULE_H

#include "bench/analysis/random.h"

enum { SCHEDULE_CONTENDERS_MAX = 512 };

struct schedule {
    struct random random;
    unsigned contenders;
    unsigned order[SCHEDULE_CONTENDERS_MAX]; /* the block's order, valid after schedule_block() */
};

/*
 * Start a schedule. name tells experiments apart, so that they do not all go through the same
 * sequence of orders; contenders is 1 to SCHEDULE_CONTENDERS_MAX.
 */
void schedule_start(struct schedule *schedule, uint64_t seed, const char *name,
                    unsigned contenders);

/* Draw the order of the next block. */
void schedule_block(struct schedule *schedule);

#endif
