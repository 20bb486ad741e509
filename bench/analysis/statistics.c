/* SPDX-License-Identifier: MIT */
#include "bench/analysis/statistics.h"

#include <math.h>
#include <stdlib.h>

#include "bench/analysis/random.h"

static int ascending(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

void statistics_sort(double *values, size_t count)
{
    if (count > 1)
        qsort(values, count, sizeof *values, ascending);
}

double statistics_quantile(const double *sorted, size_t count, double q)
{
    double position = q * (double)(count - 1);
    size_t below = (size_t)position;
    double fraction = position - (double)below;

    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

bool statistics_quantile_known(size_t count, double q)
{
    /* Rounded before it is compared: 1 - 0.99 is not quite a hundredth in binary. */
    return count > 0 && round((double)count * (1 - q) * 1e6) >= 1e6;
}

/*
 * The bootstrap without its loops
 *
 * A resample is n values drawn with replacement from the n there are: n random ranks. Only the
 * middle of them is wanted, so they need not all be drawn. Think of each draw as a number from 0
 * to 1 whose binary digits come one by one, the rank being n times that number. Of n first digits,
 * about half are 0; how many, one count of random bits tells. If the wanted draw is among those
 * with a 0, only they need a second digit; otherwise only the others do. So each digit halves what
 * is left to draw, until one draw, or one rank, is left. That is exactly the distribution of the
 * textbook's bootstrap, for about 2n random bits in place of n random numbers and a sort.
 */
struct draws {
    size_t count;    /* draws that share the digits below */
    uint64_t digits; /* from the highest bit down: a fraction of 2^64 */
    unsigned known;  /* how many digits that are */
};

/*
 * How many of count random digits are 0. The baseline x86-64 has no instruction that counts bits:
 * where the processor has it, the clone that uses it is taken.
 */
__attribute__((target_clones("popcnt", "default"))) static size_t count_zeros(struct random *random,
                                                                              size_t count)
{
    size_t zeros = 0;

    for (; count >= 64; count -= 64)
        zeros += (size_t)__builtin_popcountll(random_next(random));
    if (count > 0)
        zeros += (size_t)__builtin_popcountll(random_next(random) >> (64 - count));
    return zeros;
}

static size_t rank_of(uint64_t digits, size_t size)
{
    return (size_t)((unsigned __int128)digits * size >> 64);
}

/* Whether the digits not yet known cannot change the rank any more. */
static bool is_settled(const struct draws *draws, size_t size)
{
    uint64_t rest = draws->known < 64 ? UINT64_MAX >> draws->known : 0;

    return rank_of(draws->digits, size) == rank_of(draws->digits | rest, size);
}

static void keep_zeros(struct draws *draws, size_t zeros)
{
    draws->count = zeros;
    draws->known++;
}

static void keep_ones(struct draws *draws, size_t zeros)
{
    draws->digits |= UINT64_C(1) << (63 - draws->known);
    draws->count -= zeros;
    draws->known++;
}

/* The rank of the draw that is wanted-th (from 0) among draws, in a sample of size values. */
static size_t draw_one(struct random *random, struct draws draws, size_t wanted, size_t size)
{
    while (draws.count > 1 && !is_settled(&draws, size)) {
        size_t zeros = count_zeros(random, draws.count);
        if (wanted < zeros) {
            keep_zeros(&draws, zeros);
        } else {
            wanted -= zeros;
            keep_ones(&draws, zeros);
        }
    }
    if (draws.count == 1 && draws.known < 64)
        draws.digits |= random_next(random) >> draws.known;
    return rank_of(draws.digits, size);
}

/* The two ranks in the middle of one resample: the same rank where size is odd. */
static void draw_middle(struct random *random, size_t size, uint32_t *low, uint32_t *high)
{
    struct draws draws = {.count = size}, upper;
    size_t wanted = (size - 1) / 2;

    if (size % 2 == 1) {
        *low = *high = (uint32_t)draw_one(random, draws, wanted, size);
        return;
    }
    /* An even number has two in the middle: they go together until a digit parts them. */
    while (!is_settled(&draws, size)) {
        size_t zeros = count_zeros(random, draws.count);
        if (wanted + 1 < zeros) {
            keep_zeros(&draws, zeros);
        } else if (wanted >= zeros) {
            wanted -= zeros;
            keep_ones(&draws, zeros);
        } else {
            upper = draws;
            keep_zeros(&draws, zeros);
            keep_ones(&upper, zeros);
            *low = (uint32_t)draw_one(random, draws, wanted, size);
            *high = (uint32_t)draw_one(random, upper, 0, size);
            return;
        }
    }
    *low = *high = (uint32_t)rank_of(draws.digits, size);
}

static void draw_resamples(struct resamples *resamples, size_t size)
{
    struct random random;

    random_seed(&random, resamples->seed);
    for (size_t i = 0; i < STATISTICS_RESAMPLES; i++)
        draw_middle(&random, size, &resamples->low[i], &resamples->high[i]);
    resamples->size = size;
}

size_t statistics_median_rank(size_t count)
{
    /*
     * P(at most k of count values lie below the median), summed up from where it is nothing yet,
     * ten standard deviations below the middle. Starting at 0 would underflow for thousands of
     * values.
     */
    double n = (double)count;
    double start = floor(fmax(0, n / 2 - 5 * sqrt(n)));
    double share = exp(lgamma(n + 1) - lgamma(start + 1) - lgamma(n - start + 1) - n * log(2));
    double sum = share;
    size_t k = (size_t)start;

    while (sum <= 0.025) {
        share *= (n - (double)k) / (double)(k + 1);
        sum += share;
        k++;
    }
    return k - 1;
}

/* Without an interval yet. */
static struct estimate plain_median(const double *sorted, size_t count)
{
    struct estimate estimate = {.count = count};

    if (count > 0) {
        estimate.median = statistics_quantile(sorted, count, 0.5);
        estimate.least = sorted[0];
        estimate.most = sorted[count - 1];
    }
    estimate.low = estimate.high = estimate.median;
    return estimate;
}

struct estimate statistics_median(const double *sorted, size_t count)
{
    struct estimate estimate = plain_median(sorted, count);

    if (count < STATISTICS_INTERVAL_MIN)
        return estimate;
    size_t rank = statistics_median_rank(count);
    estimate.low = sorted[rank];
    estimate.high = sorted[count - 1 - rank];
    estimate.has_interval = true;
    return estimate;
}

static double resampled_median(const double *sorted, const struct resamples *resamples, size_t i)
{
    double low = sorted[resamples->low[i]], high = sorted[resamples->high[i]];

    return low + (high - low) / 2;
}

/*
 * Move values about until the one at rank is what it would be there if all were sorted, with none
 * greater before it and none smaller behind (C. A. R. Hoare, Algorithm 65: FIND, 1961).
 */
static void put_rank(double *values, ptrdiff_t first, ptrdiff_t last, ptrdiff_t rank)
{
    while (first < last) {
        double pivot = values[rank];
        ptrdiff_t i = first, j = last;
        while (i <= j) {
            while (values[i] < pivot)
                i++;
            while (pivot < values[j])
                j--;
            if (i <= j) {
                double value = values[i];
                values[i++] = values[j];
                values[j--] = value;
            }
        }
        if (j < rank)
            first = i;
        if (rank < i)
            last = j;
    }
}

/* The middle 95 % of resampled values, whose order is lost. A quantile lies between two ranks. */
static void take_interval(struct estimate *estimate, double values[STATISTICS_RESAMPLES])
{
    static const double ends[] = {0.025, 0.975};
    double quantiles[2];
    ptrdiff_t first = 0, last = STATISTICS_RESAMPLES - 1;

    for (size_t i = 0; i < 2; i++) {
        ptrdiff_t rank = (ptrdiff_t)(ends[i] * (double)last);
        put_rank(values, first, last, rank);
        put_rank(values, rank + 1, last, rank + 1);
        quantiles[i] = statistics_quantile(values, STATISTICS_RESAMPLES, ends[i]);
        first = rank + 2;
    }
    estimate->low = quantiles[0];
    estimate->high = quantiles[1];
    estimate->has_interval = true;
}

struct estimate statistics_resample(const double *sorted, size_t count, struct resamples *resamples)
{
    struct estimate estimate = plain_median(sorted, count);
    double medians[STATISTICS_RESAMPLES];

    if (count < STATISTICS_BOOTSTRAP_MIN)
        return statistics_median(sorted, count);
    if (resamples->size != count)
        draw_resamples(resamples, count);
    for (size_t i = 0; i < STATISTICS_RESAMPLES; i++)
        medians[i] = resampled_median(sorted, resamples, i);
    take_interval(&estimate, medians);
    return estimate;
}

struct estimate statistics_ratio(const double *over, size_t over_count, const double *under,
                                 size_t under_count, uint64_t seed)
{
    struct resamples over_draws = {.seed = seed}, under_draws = {.seed = ~seed};
    struct estimate estimate = {0}, first = plain_median(over, over_count),
                    second = plain_median(under, under_count);
    double ratios[STATISTICS_RESAMPLES];
    size_t fewer = over_count < under_count ? over_count : under_count;

    if (fewer == 0 || first.median <= 0 || second.median <= 0)
        return estimate;
    estimate.count = fewer;
    estimate.median = first.median / second.median;
    estimate.low = estimate.high = estimate.median;
    estimate.least = over[0] / under[under_count - 1];
    estimate.most = under[0] > 0 ? over[over_count - 1] / under[0] : estimate.median;
    if (fewer < STATISTICS_INTERVAL_MIN || under[0] <= 0)
        return estimate;
    draw_resamples(&over_draws, over_count);
    draw_resamples(&under_draws, under_count);
    for (size_t i = 0; i < STATISTICS_RESAMPLES; i++)
        ratios[i] =
            resampled_median(over, &over_draws, i) / resampled_median(under, &under_draws, i);
    take_interval(&estimate, ratios);
    return estimate;
}

double statistics_precision(const struct estimate *median)
{
    if (!median->has_interval || median->median <= 0)
        return -1;
    return (median->high - median->low) / 2 / median->median;
}

size_t statistics_runs_needed(const struct estimate *median, double wanted)
{
    double precision = statistics_precision(median);

    if (precision < 0)
        return 0;
    /* Less a rounding error: 147.0000001 runs are 147. */
    double runs = ceil((double)median->count * (precision / wanted) * (precision / wanted) - 1e-6);
    return runs < STATISTICS_INTERVAL_MIN ? STATISTICS_INTERVAL_MIN : (size_t)fmin(runs, 1e9);
}

void statistics_fences(const double *sorted, size_t count, double *low, double *high)
{
    double first = statistics_quantile(sorted, count, 0.25);
    double third = statistics_quantile(sorted, count, 0.75);

    *low = first - 1.5 * (third - first);
    *high = third + 1.5 * (third - first);
}

size_t statistics_outliers(const double *sorted, size_t count)
{
    size_t outliers = 0;
    double low, high;

    if (count == 0)
        return 0;
    statistics_fences(sorted, count, &low, &high);
    for (size_t i = 0; i < count; i++)
        if (sorted[i] < low || sorted[i] > high)
            outliers++;
    return outliers;
}

double statistics_noise_floor(const struct estimate *ratio)
{
    return ratio->has_interval && ratio->low > 0 ? fmax(1 / ratio->low, ratio->high) - 1 : -1;
}

enum comparison statistics_compare(const struct estimate *ratio, double floor)
{
    if (!ratio->has_interval || floor < 0)
        return COMPARISON_UNKNOWN;
    double most = 1 + floor, least = 1 / most;
    if (ratio->low >= least && ratio->high <= most)
        return COMPARISON_NOISE;
    if (ratio->low > most || ratio->high < least)
        return COMPARISON_DIFFERS;
    return COMPARISON_UNDECIDED;
}

size_t statistics_ecdf(const double *sorted, size_t count, struct ecdf_step *steps)
{
    size_t used = 0;

    for (size_t i = 0; i < count; i++) {
        if (used == 0 || steps[used - 1].value < sorted[i])
            steps[used++].value = sorted[i];
        steps[used - 1].share = (double)(i + 1) / (double)count;
    }
    return used;
}
