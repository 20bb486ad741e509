/* SPDX-License-Identifier: MIT */
/*
 * What can honestly be said about a set of measurements: their median with an interval, ratios,
 * outliers, and whether a difference is larger than this machine's noise.
 *
 * Medians, because run times have a long tail on one side that drags a mean along. The interval of
 * a median lies between two of the sorted values themselves, chosen by counting; that of a ratio is
 * made by the bootstrap (Efron 1979). Both ask nothing of the distribution. Every function here
 * wants its values sorted and finite, and changes nothing.
 */
#ifndef VIRTLAB_STATISTICS_H
#define VIRTLAB_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STATISTICS_RESAMPLES = 10000,
    /*
     * The smallest to the largest of n values hold the true median with probability 1 - 2^(1-n).
     * For fewer than 6 values that is below 95 %, so no interval made of them can be one of 95 %.
     */
    STATISTICS_INTERVAL_MIN = 6,
    STATISTICS_BOOTSTRAP_MIN = 10, /* values; of fewer its interval is too narrow */
};

/* A median, and where the true one lies with 95 % confidence. */
struct estimate {
    size_t count; /* of the values; 0: there is no estimate, and the rest is 0 */
    double median;
    double low, high;   /* both the median while there are too few values for an interval */
    bool has_interval;  /* count >= STATISTICS_INTERVAL_MIN */
    double least, most; /* of the values; of a ratio of two series, what it can be at all */
};

/* Puts values into ascending order. */
void statistics_sort(double *values, size_t count);

/*
 * The quantile q (0 to 1) by linear interpolation between the closest ranks: definition 7 of
 * Hyndman and Fan (1996), which R and NumPy use. count is at least 1.
 */
double statistics_quantile(const double *sorted, size_t count, double q);

/* Whether count values say anything about quantile q: at least one must lie beyond it (p99: 100).
 */
bool statistics_quantile_known(size_t count, double q);

/*
 * The middle ranks of STATISTICS_RESAMPLES resamples of size values each. They do not depend on the
 * values, so they are drawn once for all samples of a size. Starts as {.seed = …}.
 */
struct resamples {
    uint64_t seed;
    size_t size;                                                    /* 0: nothing drawn yet */
    uint32_t low[STATISTICS_RESAMPLES], high[STATISTICS_RESAMPLES]; /* equal for an odd size */
};

/*
 * The median with its order-statistic interval: from the k-th smallest to the k-th largest value,
 * k the largest for which that holds the true median with a probability of at least 95 %. Each
 * value lies below it with probability 1/2, so k comes from the binomial distribution (Conover,
 * "Practical Nonparametric Statistics", section 3.2).
 */
struct estimate statistics_median(const double *sorted, size_t count);

/* k - 1 of the above: the place in the sorted values, from 0; count is STATISTICS_INTERVAL_MIN at
   least. */
size_t statistics_median_rank(size_t count);

/*
 * The median with its percentile bootstrap interval of 95 %, for values that are ratios within
 * blocks: to draw a block is to draw its ratio. The same values and seed give the same interval.
 * Of fewer than STATISTICS_BOOTSTRAP_MIN values that would be too narrow (of 7, it holds the true
 * median 87 times in 100), so they have the order-statistic interval.
 * Draws resamples anew when they are of another size, which takes about 1 ms for a hundred values,
 * 0.1 s for a hundred thousand; the rest takes about 1 ms. count fits 32 bits.
 */
struct estimate statistics_resample(const double *sorted, size_t count,
                                    struct resamples *resamples);

/*
 * The ratio of two medians, over / under, of samples that were not taken together: both are
 * resampled, each for itself, which holds the truth 95 times in 100 of six values already. There is
 * none (count 0) where a median is not positive.
 */
struct estimate statistics_ratio(const double *over, size_t over_count, const double *under,
                                 size_t under_count, uint64_t seed);

/* How far the interval reaches from the median, half of its width, as a part of the median: 0.02 is
   2 %. Negative: unknown. */
double statistics_precision(const struct estimate *median);

/*
 * How many values it should take until statistics_precision() is `wanted`: it shrinks with the root
 * of their number. 0: unknown.
 */
size_t statistics_runs_needed(const struct estimate *median, double wanted);

/* Tukey's fences: 1.5 interquartile ranges outside the quartiles. count is at least 1. */
void statistics_fences(const double *sorted, size_t count, double *low, double *high);

/* How many values lie beyond them. */
size_t statistics_outliers(const double *sorted, size_t count);

/*
 * The noise floor, from the ratio of two series that should be the same (A/A): how far its
 * interval reaches from 1, up, or down as the inverse, so that it does not matter which series is
 * divided by which. 0.02 means: on this machine, today, 2 % is nothing. Negative: unknown, because
 * the ratio has no interval.
 */
double statistics_noise_floor(const struct estimate *ratio);

enum comparison {
    COMPARISON_UNKNOWN,   /* too few values, or no noise floor, to say */
    COMPARISON_NOISE,     /* the interval lies within the floor around 1: "~" */
    COMPARISON_UNDECIDED, /* the interval reaches out of the floor, but not clear of it */
    COMPARISON_DIFFERS,   /* the whole interval lies outside the floor */
};

/* What a ratio means beside a noise floor, which lies from 1 / (1 + floor) to 1 + floor. */
enum comparison statistics_compare(const struct estimate *ratio, double floor);

/* One step of an empirical distribution: this share of the values is at most value. */
struct ecdf_step {
    double value;
    double share; /* above 0, at most 1 */
};

/* The steps of the distribution, equal values made one step; steps has room for count. */
size_t statistics_ecdf(const double *sorted, size_t count, struct ecdf_step *steps);

#endif
