/* SPDX-License-Identifier: MIT */
/*
 * How far a figure is known. What decides is the whole interval, or all of the values where there
 * are too few of them for an interval.
 */
#ifndef VIRTLAB_RULE_RANGE_H
#define VIRTLAB_RULE_RANGE_H

#include "bench/claims/rule.h"

struct range {
    double value, low, high;
    bool has_interval;
    size_t samples; /* 0: there is no such figure */
};

struct range range_of(const struct figure *figure);

/* Of two that are not paired: the most and the least that their ratio can be. */
struct range range_divide(const struct range *mine, const struct range *base);

/*
 * The ratio of two figures: paired by block where both are of one measure, and no closer to 1 than
 * this machine's noise allows. Errors: -ENOMEM.
 */
int range_ratio(const struct measure *measure, size_t platform, const struct measure *base,
                size_t base_platform, struct resamples *resamples, struct range *range);

/*
 * A time that was taken once may well be half or twice of what the next one would be; and so may
 * what it was divided by.
 */
void range_widen_single_time(struct range *range, const struct measure *measure, size_t platform);

/* What the rule says to a figure that lies anywhere from low to high. */
enum rule_outcome range_hold(const struct rule *rule, double low, double high);

/* Whether a keeps to the rule better than b. */
bool range_is_better(const struct rule *rule, double a, double b);

#endif
