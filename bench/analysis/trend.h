/* SPDX-License-Identifier: MIT */
/*
 * Drift: whether values grew or shrank while the run went on (a processor that gets warm, a cache
 * that fills, a neighbour that comes). Blocks keep ratios fair all the same, but a median then is
 * one of several times, and its interval says too little.
 */
#ifndef VIRTLAB_TREND_H
#define VIRTLAB_TREND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TREND_VALUES_MIN = 9 };

struct trend {
    double correlation; /* Spearman's: −1 always falling, 0 neither, 1 always rising */
    double change;      /* median of the last third over that of the first, less 1; 0: unknown */
    bool drifts;        /* it is no chance (1 in 100 series without drift), and 1 % or more */
};

struct trend_value {
    int64_t block; /* ascending; those of one block have no order among each other */
    double value;
};

/*
 * Look for a drift (Spearman, "The proof and measurement of association between two things", 1904).
 * *trend is all 0 with fewer than TREND_VALUES_MIN values. sorted has room for count, and becomes
 * the values in ascending order, which are needed for the ranks anyway. Returns 0 or -ENOMEM.
 */
int trend_find(struct trend *trend, const struct trend_value *values, size_t count, double *sorted);

#endif
