/* SPDX-License-Identifier: MIT */
/*
 * How many runs are enough: blocks go on until the median of every contender is known as precisely
 * as was asked for. What is looked at is the first metric that an experiment records.
 *
 * To stop by looking makes intervals a little too narrow, since a row of lucky runs ends early; so
 * there is a least number of blocks, and the figure beside the result is what was reached.
 */
#ifndef VIRTLAB_PRECISION_H
#define VIRTLAB_PRECISION_H

#include <stdbool.h>
#include <stddef.h>

enum {
    PRECISION_BLOCKS_MIN = 10,
    PRECISION_FACTOR = 10, /* the most blocks, as a multiple of what an experiment has otherwise */
};

struct precision_series {
    double *values;
    size_t count, room;
    bool left_out; /* it failed, or takes part in some blocks only */
};

struct precision {
    double wanted; /* 0.02: half the interval is 2 % of the median; 0: nothing was asked for */
    size_t count;
    struct precision_series *series; /* one for each contender */
};

/* Errors: -ENOMEM. */
int precision_start(struct precision *precision, double wanted, size_t contenders);
void precision_free(struct precision *precision);

/* One more value of a contender. Errors: -ENOMEM. */
int precision_add(struct precision *precision, size_t contender, double value);

/*
 * Whether all that take part are known well enough. *worst becomes the one farthest from it, with
 * how precise it is (negative: not known at all) and how many runs it should take.
 */
struct precision_worst {
    size_t contender, runs_needed;
    double reached;
};
bool precision_reached(const struct precision *precision, struct precision_worst *worst);

#endif
