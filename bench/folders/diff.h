/* SPDX-License-Identifier: MIT */
/*
 * Two runs side by side, metric by metric: what was, what is, and whether that is a difference. The
 * runs were not interleaved, so medians are compared, not blocks: see statistics_ratio().
 */
#ifndef VIRTLAB_DIFF_H
#define VIRTLAB_DIFF_H

#include <stdbool.h>

#include "bench/analysis/analysis.h"
#include "common/table.h"

/*
 * Runs that were not interleaved differ a little by when they were made: less than this is no
 * difference, whatever the noise within each of them.
 */
#define DIFF_FLOOR 0.01

/* What became of one figure. */
struct difference {
    const struct measure *measure; /* of the new run */
    const char *platform;
    const struct figure *old, *new;
    struct estimate ratio; /* new / old; count 0: there is none */
    double floor;          /* the larger noise floor of the two runs, DIFF_FLOOR at least */
    enum comparison comparison;
};

struct differences {
    struct difference *list; /* in the order of the table */
    size_t count;
    size_t tested;    /* that have an interval, each of 95 % by itself */
    size_t differing; /* that are COMPARISON_DIFFERS */
    size_t only_old, only_new;
};

/* Compare what both have; all: the figures too that no comparison shows. Errors: -ENOMEM. */
int diff_make(struct differences *differences, const struct analysis *old,
              const struct analysis *new, bool all, struct error *error);
void diff_free(struct differences *differences);

/* As a table, with notes on what stands against a comparison; NULL: no memory. */
struct table *diff_table(const struct differences *differences, const struct analysis *old,
                         const struct analysis *new);

#endif
