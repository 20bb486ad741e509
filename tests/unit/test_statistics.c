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

#include "bench/random.h"
#include "bench/statistics.h"

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

static struct estimate median(const double *sorted, size_t count, uint64_t seed)
{
    struct resamples resamples = {.seed = seed};

    return statistics_median(sorted, count, &resamples);
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
        struct estimate estimate = median(startups, COUNT(startups), seed);
        assert_true(estimate.has_interval);
        assert_int_equal(estimate.count, 21);
        assert_near(estimate.median, 3.95);
        assert_near(estimate.low, 3.91);
        assert_near(estimate.high, 4.02);

        estimate = median(even, COUNT(even), seed);
        assert_near(estimate.median, 8.75);
        assert_near(estimate.low, 6.5);
        assert_near(estimate.high, 11.5);

        estimate = median(tied, COUNT(tied), seed);
        assert_near(estimate.median, 6);
        assert_near(estimate.low, 5);
        assert_near(estimate.high, 7);

        estimate = median(fewest, COUNT(fewest), seed);
        assert_near(estimate.low, 1.5);
        assert_near(estimate.high, 5.5);
    }
}

/*
 * 95 of 100 intervals should hold the true median. Here 400 samples of 25 values each come from a
 * long-tailed distribution whose median is 1.5; five standard deviations are 5.4 %.
 */
static void intervals_hold_the_truth_as_often_as_they_say(void **state)
{
    enum { SAMPLES = 400, SIZE = 25 };
    struct random random;
    unsigned held = 0;
    (void)state;

    random_seed(&random, 11);
    for (int sample = 0; sample < SAMPLES; sample++) {
        double values[SIZE];
        for (int i = 0; i < SIZE; i++) {
            double uniform = (double)(random_next(&random) >> 11) * 0x1p-53;
            values[i] = 1 + uniform / (2 * (1 - uniform) + 1e-9);
        }
        statistics_sort(values, SIZE);
        struct estimate estimate = median(values, SIZE, (uint64_t)sample);
        held += estimate.low <= 1.5 && 1.5 <= estimate.high;
    }
    assert_in_range(held, SAMPLES * 0.896, SAMPLES);
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
    struct estimate first = median(values, COUNT(values), 1);
    struct estimate again = median(values, COUNT(values), 1);
    struct estimate other = median(values, COUNT(values), 2);
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
    struct estimate first = statistics_median(even, COUNT(even), &resamples);
    statistics_median(startups, COUNT(startups), &resamples);
    struct estimate other = statistics_median(doubled, COUNT(doubled), &resamples);
    assert_int_equal(resamples.size, COUNT(even));
    assert_near(other.low, 2 * first.low);
    assert_near(other.high, 2 * first.high);
}

static void few_or_equal_values_have_no_false_precision(void **state)
{
    static const double one[] = {7}, five[] = {1, 2, 3, 4, 5}, equal[] = {3, 3, 3, 3, 3, 3, 3};
    (void)state;

    struct estimate estimate = median(NULL, 0, 1);
    assert_int_equal(estimate.count, 0);
    assert_false(estimate.has_interval);

    estimate = median(one, 1, 1);
    assert_near(estimate.median, 7);
    assert_false(estimate.has_interval);

    estimate = median(five, 5, 1);
    assert_near(estimate.median, 3);
    assert_false(estimate.has_interval);

    estimate = median(equal, 7, 1);
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
    return (struct estimate){40, (low + high) / 2, low, high, true};
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
        cmocka_unit_test(the_seed_decides_the_resamples),
        cmocka_unit_test(resamples_serve_every_sample_of_their_size),
        cmocka_unit_test(few_or_equal_values_have_no_false_precision),
        cmocka_unit_test(outliers_lie_beyond_tukeys_fences),
        cmocka_unit_test(the_noise_floor_is_the_far_end_of_a_against_a),
        cmocka_unit_test(a_difference_is_one_only_clear_of_the_floor),
        cmocka_unit_test(the_distribution_rises_to_one_in_steps),
    };
    return cmocka_run_group_tests(tests, sort_samples, NULL);
}
