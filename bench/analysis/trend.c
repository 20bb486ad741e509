/* SPDX-License-Identifier: MIT */
#include "bench/analysis/trend.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "bench/analysis/statistics.h"

/* Of the normal distribution: what 1 of 100 values lies farther than from 0. */
#define NORMAL_99 2.5758
/* A change of less than this matters to nobody, however sure it is. */
#define CHANGE_MIN 0.01

struct ranked {
    double value;
    size_t place; /* in the series */
};

static int by_value(const void *left, const void *right)
{
    const struct ranked *a = left, *b = right;

    return (a->value > b->value) - (a->value < b->value);
}

/* The rank of each value, by its place in the series; equal values share the middle of theirs. */
static void rank(const struct ranked *order, size_t count, double *ranks)
{
    for (size_t first = 0, next; first < count; first = next) {
        for (next = first + 1; next < count && order[next].value <= order[first].value; next++)
            ;
        for (size_t i = first; i < next; i++)
            ranks[order[i].place] = (double)(first + next - 1) / 2;
    }
}

/* Pearson's, of two rows of ranks, which have the same mean. */
static double correlate(const double *a, const double *b, size_t count)
{
    double mean = (double)(count - 1) / 2, both = 0, a_square = 0, b_square = 0;

    for (size_t i = 0; i < count; i++) {
        both += (a[i] - mean) * (b[i] - mean);
        a_square += (a[i] - mean) * (a[i] - mean);
        b_square += (b[i] - mean) * (b[i] - mean);
    }
    return a_square > 0 && b_square > 0 ? both / sqrt(a_square * b_square) : 0;
}

static double median_of(const struct trend_value *values, size_t count, double *room)
{
    for (size_t i = 0; i < count; i++)
        room[i] = values[i].value;
    statistics_sort(room, count);
    return statistics_quantile(room, count, 0.5);
}

static void measure(struct trend *trend, const struct trend_value *values, size_t count,
                    const double *blocks, double *ranks)
{
    trend->correlation = correlate(blocks, ranks, count);

    size_t third = count / 3;
    double before = median_of(values, third, ranks);
    double after = median_of(values + count - third, third, ranks);
    trend->change = before > 0 ? after / before - 1 : 0;
    /* Without drift the correlation has a standard deviation of 1 / √(n - 1). */
    trend->drifts = fabs(trend->correlation) * sqrt((double)(count - 1)) > NORMAL_99 &&
                    fabs(trend->change) >= CHANGE_MIN;
}

int trend_find(struct trend *trend, const struct trend_value *values, size_t count, double *sorted)
{
    struct ranked *order = calloc(count + 1, sizeof *order);
    double *blocks = calloc(count + 1, sizeof *blocks), *ranks = calloc(count + 1, sizeof *ranks);
    int result = order && blocks && ranks ? 0 : -ENOMEM;

    *trend = (struct trend){0};
    if (result == 0) {
        for (size_t i = 0; i < count; i++)
            order[i] = (struct ranked){(double)values[i].block, i};
        rank(order, count, blocks);
        for (size_t i = 0; i < count; i++)
            order[i] = (struct ranked){values[i].value, i};
        if (count > 1)
            qsort(order, count, sizeof *order, by_value);
        rank(order, count, ranks);
        for (size_t i = 0; i < count; i++)
            sorted[i] = order[i].value;
        if (count >= TREND_VALUES_MIN)
            measure(trend, values, count, blocks, ranks);
    }
    free(order);
    free(blocks);
    free(ranks);
    return result;
}
