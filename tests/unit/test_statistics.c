/* SPDX-License-Identifier: MIT */
/*
 * The expected figures come from R 4.2.2 (Debian's r-base-core), x being a sample below:
 *     quantile(x, c(.025, .25, .5, .75, .9, .975))              # definition 7 is R's own
 *     q <- quantile(x, c(.25, .75)); r <- 1.5 * diff(q); sum(x < q[1] - r | x > q[2] + r)
 *     set.seed(1); b <- replicate(1000000, median(sample(x, replace = TRUE)))
 *     quantile(b, c(.025, .975)); cumsum(table(b)) / length(b)
 * The last line shows how far the ends of the interval are from being other values of the sample:
 * the samples are such that 10,000 resamples give the same ends for any seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/dip.h"
#include "bench/analysis/random.h"
#include "bench/analysis/statistics.h"
#include "bench/analysis/trend.h"
#include "tests/unit/statistics_reference.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void assert_near(double actual, double expected)
{
    assert_float_equal(actual, expected, 1e-9);
}

/* Start-up times in ms, with two stragglers and one that is too good to be true. */
static double startups[] = {4.13, 3.90, 3.87, 4.02, 3.95, 3.91, 9.80, 3.88, 4.40, 3.93, 3.99,
                            4.05, 3.86, 3.97, 4.01, 3.92, 4.21, 3.89, 3.94, 4.08, 1.20};
static double even[] = {12, 7, 3, 9, 15, 4, 8, 30, 11, 6, 8.5, 10};
static double tied[] = {5, 7, 5, 6, 7, 5, 6, 7};
static double fewest[] = {1, 2, 3, 4, 5, 6};

static struct estimate resample(const double *sorted, size_t count, uint64_t seed)
{
    struct resamples resamples = {.seed = seed};

    return statistics_resample(sorted, count, &resamples);
}

static double *sorted_copy(const double *values, size_t count)
{
    double *copy = calloc(count, sizeof *copy);

    assert_non_null(copy);
    memcpy(copy, values, count * sizeof *copy);
    statistics_sort(copy, count);
    return copy;
}

static int sort_samples(void **state)
{
    (void)state;
    statistics_sort(startups, COUNT(startups));
    statistics_sort(even, COUNT(even));
    statistics_sort(tied, COUNT(tied));
    return 0;
}

static void quantiles_are_those_of_r(void **state)
{
    (void)state;
    assert_near(statistics_quantile(startups, COUNT(startups), 0), 1.2);
    assert_near(statistics_quantile(startups, COUNT(startups), 0.025), 2.53);
    assert_near(statistics_quantile(startups, COUNT(startups), 0.25), 3.9);
    assert_near(statistics_quantile(startups, COUNT(startups), 0.5), 3.95);
    assert_near(statistics_quantile(startups, COUNT(startups), 0.9), 4.21);
    assert_near(statistics_quantile(startups, COUNT(startups), 0.975), 7.1);
    assert_near(statistics_quantile(startups, COUNT(startups), 1), 9.8);
    assert_near(statistics_quantile(even, COUNT(even), 0.025), 3.275);
    assert_near(statistics_quantile(even, COUNT(even), 0.25), 6.75);
    assert_near(statistics_quantile(even, COUNT(even), 0.5), 8.75);
    assert_near(statistics_quantile(even, COUNT(even), 0.9), 14.7);
    assert_near(statistics_quantile(tied, COUNT(tied), 0.5), 6);
}

static void a_percentile_needs_a_value_beyond_it(void **state)
{
    (void)state;
    assert_true(statistics_quantile_known(100, 0.99));
    assert_false(statistics_quantile_known(99, 0.99));
    assert_true(statistics_quantile_known(10, 0.9));
    assert_false(statistics_quantile_known(9, 0.9));
    assert_false(statistics_quantile_known(0, 0));
}

static void bootstrap_intervals_are_those_of_r(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++) {
        struct estimate estimate = resample(startups, COUNT(startups), seed);
        assert_true(estimate.has_interval);
        assert_int_equal(estimate.count, 21);
        assert_near(estimate.median, 3.95);
        assert_near(estimate.low, 3.91);
        assert_near(estimate.high, 4.02);

        estimate = resample(even, COUNT(even), seed);
        assert_near(estimate.median, 8.75);
        assert_near(estimate.low, 6.5);
        assert_near(estimate.high, 11.5);

        /* Of so few, the order-statistic interval, which is wider here: R's bootstrap has 1.5, 5.5.
         */
        estimate = resample(tied, COUNT(tied), seed);
        assert_near(estimate.median, 6);
        assert_near(estimate.low, 5);
        assert_near(estimate.high, 7);
        estimate = resample(fewest, COUNT(fewest), seed);
        assert_near(estimate.median, 3.5);
        assert_near(estimate.low, 1);
        assert_near(estimate.high, 6);
    }
}

/* From a long-tailed distribution, whose median is 1.5. */
static double skewed(struct random *random)
{
    double uniform = (double)(random_next(random) >> 11) * 0x1p-53;

    return 1 + uniform / (2 * (1 - uniform) + 1e-9);
}

/* 95 of 100 intervals should hold the true median. */
static unsigned share_that_holds(size_t size, bool bootstrap)
{
    enum { SAMPLES = 1000, SIZE_MAX_HERE = 25 };
    double values[SIZE_MAX_HERE];
    struct random random;
    unsigned held = 0;

    random_seed(&random, 11);
    for (int sample = 0; sample < SAMPLES; sample++) {
        for (size_t i = 0; i < size; i++)
            values[i] = skewed(&random);
        statistics_sort(values, size);
        struct estimate estimate =
            bootstrap ? resample(values, size, (uint64_t)sample) : statistics_median(values, size);
        held += estimate.low <= 1.5 && 1.5 <= estimate.high;
    }
    return held;
}

/*
 * Four standard deviations of what 1000 samples show are 2.8 %. A bootstrap keeps less than it says
 * where the values are few and odd in number: 90 % of 13, 87 % of 7, for which it is not used.
 */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    static const size_t sizes[] = {6, 7, 8, 9, 10, 13, 25};
    (void)state;

    for (size_t i = 0; i < COUNT(sizes); i++) {
        assert_in_range(share_that_holds(sizes[i], true), sizes[i] < 10 ? 922 : 880, 1000);
        assert_in_range(share_that_holds(sizes[i], false), 922, 1000);
    }
}

/* Two samples are resampled, each for itself: their errors are seldom on the same side. */
static void unpaired_ratios_hold_the_truth_of_few_values_too(void **state)
{
    enum { SAMPLES = 300, MOST = 10 };
    static const size_t sizes[] = {6, 7, 10};
    double over[MOST], under[MOST];
    struct random random;
    (void)state;

    random_seed(&random, 11);
    for (size_t i = 0; i < COUNT(sizes); i++) {
        size_t held = 0;
        for (uint64_t sample = 0; sample < SAMPLES; sample++) {
            for (size_t j = 0; j < sizes[i]; j++) {
                over[j] = skewed(&random);
                under[j] = skewed(&random);
            }
            statistics_sort(over, sizes[i]);
            statistics_sort(under, sizes[i]);
            struct estimate ratio = statistics_ratio(over, sizes[i], under, sizes[i], sample);
            held += ratio.low <= 1 && 1 <= ratio.high;
        }
        assert_in_range(held, SAMPLES * 90 / 100, SAMPLES);
    }
}

static void the_seed_decides_the_resamples(void **state)
{
    double values[1000];
    struct random random;
    (void)state;

    random_seed(&random, 5);
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = (double)(random_next(&random) >> 11);
    statistics_sort(values, COUNT(values));
    struct estimate first = resample(values, COUNT(values), 1);
    struct estimate again = resample(values, COUNT(values), 1);
    struct estimate other = resample(values, COUNT(values), 2);
    assert_true(first.low == again.low && first.high == again.high);
    assert_true(first.low != other.low || first.high != other.high);
}

static void resamples_serve_every_sample_of_their_size(void **state)
{
    struct resamples resamples = {.seed = 3};
    double doubled[COUNT(even)];
    (void)state;

    for (size_t i = 0; i < COUNT(even); i++)
        doubled[i] = 2 * even[i];
    struct estimate first = statistics_resample(even, COUNT(even), &resamples);
    statistics_resample(startups, COUNT(startups), &resamples);
    struct estimate other = statistics_resample(doubled, COUNT(doubled), &resamples);
    assert_int_equal(resamples.size, COUNT(even));
    assert_near(other.low, 2 * first.low);
    assert_near(other.high, 2 * first.high);
}

static void few_or_equal_values_have_no_false_precision(void **state)
{
    static const double one[] = {7}, five[] = {1, 2, 3, 4, 5}, equal[] = {3, 3, 3, 3, 3, 3, 3};
    (void)state;

    struct estimate estimate = resample(NULL, 0, 1);
    assert_int_equal(estimate.count, 0);
    assert_false(estimate.has_interval);
    assert_false(statistics_median(NULL, 0).has_interval);
    assert_false(statistics_median(five, 5).has_interval);
    assert_near(statistics_median(equal, 7).high, 3);

    estimate = resample(one, 1, 1);
    assert_near(estimate.median, 7);
    assert_false(estimate.has_interval);

    estimate = resample(five, 5, 1);
    assert_near(estimate.median, 3);
    assert_false(estimate.has_interval);

    estimate = resample(equal, 7, 1);
    assert_true(estimate.has_interval);
    assert_near(estimate.low, 3);
    assert_near(estimate.high, 3);
}

static void outliers_lie_beyond_tukeys_fences(void **state)
{
    static const double equal[] = {3, 3, 3, 3, 3}, one_off[] = {3, 3, 3, 3, 4};
    (void)state;

    assert_int_equal(statistics_outliers(startups, COUNT(startups)), 3);
    assert_int_equal(statistics_outliers(even, COUNT(even)), 1);
    assert_int_equal(statistics_outliers(tied, COUNT(tied)), 0);
    assert_int_equal(statistics_outliers(equal, 5), 0);
    assert_int_equal(statistics_outliers(one_off, 5), 1);
    assert_int_equal(statistics_outliers(NULL, 0), 0);
}

static struct estimate ratio(double low, double high)
{
    return (struct estimate){40, (low + high) / 2, low, high, true, low, high};
}

static void the_noise_floor_is_the_far_end_of_a_against_a(void **state)
{
    struct estimate a_a = ratio(0.99, 1.02);
    (void)state;

    assert_near(statistics_noise_floor(&a_a), 0.02);
    a_a = ratio(0.97, 1.02);
    assert_near(statistics_noise_floor(&a_a), 1 / 0.97 - 1);
    /* The same, whichever series is divided by the other. */
    a_a = ratio(0.4, 1.25);
    struct estimate swapped = ratio(0.8, 2.5);
    assert_near(statistics_noise_floor(&a_a), 1.5);
    assert_near(statistics_noise_floor(&swapped), 1.5);
    a_a.has_interval = false;
    assert_true(statistics_noise_floor(&a_a) < 0);
}

static void a_difference_is_one_only_clear_of_the_floor(void **state)
{
    static const struct {
        double low, high;
        enum comparison expected;
    } cases[] = {
        {0.985, 1.015, COMPARISON_NOISE    },
        {1.001, 1.015, COMPARISON_NOISE    },
        {1.001, 1.025, COMPARISON_UNDECIDED},
        {0.97,  1.03,  COMPARISON_UNDECIDED},
        {1.021, 1.05,  COMPARISON_DIFFERS  },
        {0.90,  0.97,  COMPARISON_DIFFERS  },
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct estimate estimate = ratio(cases[i].low, cases[i].high);
        assert_int_equal(statistics_compare(&estimate, 0.02), cases[i].expected);
        assert_int_equal(statistics_compare(&estimate, -1), COMPARISON_UNKNOWN);
        estimate.has_interval = false;
        assert_int_equal(statistics_compare(&estimate, 0.02), COMPARISON_UNKNOWN);
    }
}

static void medians_fences_and_their_intervals_are_those_of_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(r_samples); i++) {
        size_t count = r_samples[i].count;
        double *sorted = sorted_copy(r_samples[i].values, count);
        struct estimate estimate = statistics_median(sorted, count);
        assert_near(statistics_quantile(sorted, count, 0.25), r_samples[i].first_quartile);
        assert_near(statistics_quantile(sorted, count, 0.75), r_samples[i].third_quartile);
        assert_near(estimate.median, r_samples[i].median);
        assert_near(estimate.low, r_samples[i].low);
        assert_near(estimate.high, r_samples[i].high);
        assert_int_equal(statistics_outliers(sorted, count), r_samples[i].outliers);
        free(sorted);
    }
    for (size_t i = 0; i < COUNT(r_median_places); i++)
        assert_int_equal(statistics_median_rank(r_median_places[i].count) + 1,
                         r_median_places[i].place);
}

static void drift_is_spearmans_correlation_of_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(r_samples); i++) {
        struct trend_value values[128];
        double sorted[COUNT(values)];
        struct trend trend;
        for (size_t j = 0; j < r_samples[i].count; j++)
            values[j] = (struct trend_value){(int64_t)j, r_samples[i].values[j]};
        assert_int_equal(trend_find(&trend, values, r_samples[i].count, sorted), 0);
        assert_near(statistics_quantile(sorted, r_samples[i].count, 0.5), r_samples[i].median);
        if (r_samples[i].count < TREND_VALUES_MIN) {
            assert_false(trend.drifts);
            continue;
        }
        assert_near(trend.correlation, r_samples[i].correlation);
        assert_int_equal(trend.drifts, strcmp(r_samples[i].name, "drifting") == 0 ||
                                           strcmp(r_samples[i].name, "falling") == 0);
    }
}

static void a_drift_that_is_sure_but_tiny_is_none(void **state)
{
    struct trend_value values[40];
    double sorted[COUNT(values)];
    struct trend trend;
    (void)state;

    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = (struct trend_value){(int64_t)i, 1000 + 0.1 * (double)i};
    assert_int_equal(trend_find(&trend, values, COUNT(values), sorted), 0);
    assert_near(trend.correlation, 1);
    assert_false(trend.drifts);
    /* Within a block there is no order: here all values are of one. */
    for (size_t i = 0; i < COUNT(values); i++)
        values[i] = (struct trend_value){3, 1000 + 100 * (double)i};
    assert_int_equal(trend_find(&trend, values, COUNT(values), sorted), 0);
    assert_near(trend.correlation, 0);
    assert_false(trend.drifts);
}

static void several_modes_are_those_of_the_dip_test_of_r(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(r_samples); i++) {
        size_t count = r_samples[i].count;
        double *sorted = sorted_copy(r_samples[i].values, count);
        assert_int_equal(dip_several_modes(sorted, count), r_samples[i].several_modes);
        if (strcmp(r_samples[i].name, "tied") != 0) /* R spreads what is equal */
            assert_near(dip(sorted, count), r_samples[i].dip);
        free(sorted);
    }
}

/*
 * Two clumps, as far apart as it takes to come to this dip: sought by halving, since the dip grows
 * with the distance.
 */
static void make_clumps(double *sorted, size_t count, double wanted)
{
    double near = 0, far = 100;

    for (int i = 0; i < 60; i++) {
        double apart = (near + far) / 2;
        for (size_t j = 0; j < count; j++)
            sorted[j] = (double)j / (double)count + (j < count / 2 ? 0 : apart);
        *(dip(sorted, count) < wanted ? &near : &far) = apart;
    }
}

/* In R: library(diptest); data(qDiptab); qDiptab[, "0.99"] * sqrt(n). Between rows by a straight
 * line. */
static void the_critical_dip_is_that_of_r(void **state)
{
    static const struct {
        size_t count;
        double critical;
    } rows[] = {
        {10,   0.50497                },
        {20,   0.53944                },
        {40,   (0.55582 + 0.57417) / 2},
        {50,   0.57417                },
        {100,  0.59024                },
        {200,  0.60368                },
        {1000, 0.62006                },
    };
    double sorted[1000];
    (void)state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        double limit = rows[i].critical / sqrt((double)rows[i].count);
        make_clumps(sorted, rows[i].count, 0.998 * limit);
        assert_false(dip_several_modes(sorted, rows[i].count));
        make_clumps(sorted, rows[i].count, 1.002 * limit);
        assert_true(dip_several_modes(sorted, rows[i].count));
    }
}

/* Of 200 samples from one mode, one in a hundred at most should seem to have more. */
static void one_mode_is_rarely_taken_for_two(void **state)
{
    enum { SAMPLES = 200, SIZE = 60 };
    struct random random;
    unsigned taken = 0, found = 0;
    (void)state;

    random_seed(&random, 3);
    for (int sample = 0; sample < SAMPLES; sample++) {
        double one[SIZE], two[SIZE];
        for (int i = 0; i < SIZE; i++) {
            double uniform = (double)(random_next(&random) >> 11) * 0x1p-53;
            one[i] = 1 + uniform / (2 * (1 - uniform) + 1e-9);
            two[i] = 1 + 0.2 * uniform + (i % 3 == 0 ? 0.6 : 0);
        }
        statistics_sort(one, SIZE);
        statistics_sort(two, SIZE);
        taken += dip_several_modes(one, SIZE);
        found += dip_several_modes(two, SIZE);
    }
    assert_in_range(taken, 0, SAMPLES / 50);
    assert_in_range(found, SAMPLES - SAMPLES / 50, SAMPLES);
    assert_false(dip_several_modes(NULL, 0));
}

static void assert_ends(const struct estimate *estimate, const double *ends)
{
    assert_true(ends[0] <= estimate->low && estimate->low <= ends[1]);
    assert_true(ends[2] <= estimate->high && estimate->high <= ends[3]);
}

static void ratios_have_the_intervals_of_rs_bootstrap(void **state)
{
    double *ratios = sorted_copy(r_ratios, COUNT(r_ratios));
    double *old = sorted_copy(r_old, COUNT(r_old)), *new = sorted_copy(r_new, COUNT(r_new));
    (void)state;

    for (uint64_t seed = 0; seed < 10; seed++) {
        struct estimate paired = resample(ratios, COUNT(r_ratios), seed);
        assert_ends(&paired, r_paired_ends);
        struct estimate unpaired = statistics_ratio(new, COUNT(r_new), old, COUNT(r_old), seed);
        assert_near(unpaired.median, r_unpaired_ratio);
        assert_ends(&unpaired, r_unpaired_ends);
    }
    assert_false(statistics_ratio(new, COUNT(r_new), old, 5, 1).has_interval);
    assert_int_equal(statistics_ratio(new, COUNT(r_new), old, 0, 1).count, 0);
    /* Too few for an interval: what it can be at all. */
    struct estimate few = statistics_ratio((double[]){2, 3, 4}, 3, (double[]){1, 2}, 2, 1);
    assert_near(few.median, 2);
    assert_near(few.least, 1);
    assert_near(few.most, 4);
    /* Two samples of one size are not resampled alike: that would be pairing. */
    struct estimate same = statistics_ratio(old, COUNT(r_old), old, COUNT(r_old), 1);
    assert_near(same.median, 1);
    assert_true(same.low < 0.999 && same.high > 1.001);
    free(ratios);
    free(old);
    free(new);
}

static void runs_needed_grow_with_the_square(void **state)
{
    struct estimate estimate = {40, 100, 96, 104, true, 90, 110};
    (void)state;

    assert_near(statistics_precision(&estimate), 0.04);
    assert_int_equal(statistics_runs_needed(&estimate, 0.04), 40);
    assert_int_equal(statistics_runs_needed(&estimate, 0.02), 160);
    assert_int_equal(statistics_runs_needed(&estimate, 0.5), STATISTICS_INTERVAL_MIN);
    estimate.has_interval = false;
    assert_true(statistics_precision(&estimate) < 0);
    assert_int_equal(statistics_runs_needed(&estimate, 0.02), 0);
}

static void the_distribution_rises_to_one_in_steps(void **state)
{
    struct ecdf_step steps[COUNT(tied)];
    (void)state;

    assert_int_equal(statistics_ecdf(tied, COUNT(tied), steps), 3);
    assert_near(steps[0].value, 5);
    assert_near(steps[0].share, 3.0 / 8);
    assert_near(steps[1].value, 6);
    assert_near(steps[1].share, 5.0 / 8);
    assert_near(steps[2].value, 7);
    assert_near(steps[2].share, 1);
    assert_int_equal(statistics_ecdf(NULL, 0, steps), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_those_of_r),
        cmocka_unit_test(a_percentile_needs_a_value_beyond_it),
        cmocka_unit_test(bootstrap_intervals_are_those_of_r),
        cmocka_unit_test(intervals_hold_the_truth_as_often_as_they_say),
        cmocka_unit_test(unpaired_ratios_hold_the_truth_of_few_values_too),
        cmocka_unit_test(the_seed_decides_the_resamples),
        cmocka_unit_test(resamples_serve_every_sample_of_their_size),
        cmocka_unit_test(few_or_equal_values_have_no_false_precision),
        cmocka_unit_test(outliers_lie_beyond_tukeys_fences),
        cmocka_unit_test(the_noise_floor_is_the_far_end_of_a_against_a),
        cmocka_unit_test(a_difference_is_one_only_clear_of_the_floor),
        cmocka_unit_test(medians_fences_and_their_intervals_are_those_of_r),
        cmocka_unit_test(drift_is_spearmans_correlation_of_r),
        cmocka_unit_test(a_drift_that_is_sure_but_tiny_is_none),
        cmocka_unit_test(several_modes_are_those_of_the_dip_test_of_r),
        cmocka_unit_test(the_critical_dip_is_that_of_r),
        cmocka_unit_test(one_mode_is_rarely_taken_for_two),
        cmocka_unit_test(ratios_have_the_intervals_of_rs_bootstrap),
        cmocka_unit_test(runs_needed_grow_with_the_square),
        cmocka_unit_test(the_distribution_rises_to_one_in_steps),
    };
    return cmocka_run_group_tests(tests, sort_samples, NULL);
}
