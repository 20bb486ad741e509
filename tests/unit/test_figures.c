/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "bench/analysis/figures.h"
#include "bench/analysis/random.h"
#include "tests/unit/results_folder.h"

enum { BLOCKS = 40 };

struct fixture {
    struct folder folder;
    struct results results;
    struct figures figures;
    struct random random;
};

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);

    folder_make(&fixture->folder);
    fputs(folder_header, fixture->folder.file);
    random_seed(&fixture->random, 42);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    figures_free(&fixture->figures);
    results_free(&fixture->results);
    folder_remove(&fixture->folder);
    free(fixture);
    return 0;
}

static void make_figures(struct fixture *fixture)
{
    struct error error;

    folder_close(&fixture->folder);
    assert_int_equal(results_read(&fixture->results, fixture->folder.path, &error), 0);
    assert_int_equal(fixture->results.damage_count, 0);
    assert_int_equal(figures_make(&fixture->figures, &fixture->results, &error), 0);
}

static const struct measure *find_measure(struct fixture *fixture, const char *metric)
{
    const struct figures *figures = &fixture->figures;

    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].metric, metric) == 0)
            return &figures->measures[i];
    fail_msg("there is no measure of %s", metric);
    return NULL;
}

static const struct figure *find_figure(struct fixture *fixture, const char *metric,
                                        const char *platform)
{
    const struct measure *measure = find_measure(fixture, metric);

    for (size_t i = 0; i < fixture->figures.platform_count; i++)
        if (strcmp(fixture->figures.platforms[i], platform) == 0)
            return &measure->figures[i];
    fail_msg("there is no platform %s", platform);
    return NULL;
}

/*
 * A machine that grows slower by a third while it measures, and on which each run takes up to 4 %
 * longer than it should, sometimes much longer.
 */
static double noisy(struct fixture *fixture, int block)
{
    double uniform = (double)(random_next(&fixture->random) >> 11) * 0x1p-53;
    double straggler = random_below(&fixture->random, 25) == 0 ? 0.5 : 0;

    return 1e6 * (1 + block / (3.0 * BLOCKS)) * (1 + 0.04 * uniform + straggler);
}

static void add_end(struct fixture *fixture, const char *platform, const char *arm, int block,
                    double factor)
{
    char params[64], metrics[64];

    snprintf(params, sizeof params, "\"arm\":\"%s\",\"mode\":\"single\"", arm);
    snprintf(metrics, sizeof metrics, "\"end_ns\":%.0f", factor * noisy(fixture, block));
    folder_add(&fixture->folder, "startup", params, platform, "hello", block, metrics);
}

static void add_series(struct fixture *fixture, double container_factor)
{
    for (int block = 0; block < BLOCKS; block++) {
        add_end(fixture, "container", "a", block, container_factor);
        add_end(fixture, "native", "b", block, 1);
        add_end(fixture, "native", "a", block, 1);
    }
}

/* How often, in 30 runs of a machine, a slowdown is called a difference, and how often noise. */
static void count_verdicts(double factor, unsigned *differs, unsigned *noise)
{
    *differs = *noise = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        void *state;
        set_up(&state);
        struct fixture *fixture = state;
        random_seed(&fixture->random, seed);
        add_series(fixture, factor);
        make_figures(fixture);
        enum comparison comparison = find_figure(fixture, "end_ns", "container")->comparison;
        *differs += comparison == COMPARISON_DIFFERS;
        *noise += comparison == COMPARISON_NOISE;
        tear_down(&state);
    }
}

static void a_planted_slowdown_of_5_percent_is_found(void **state)
{
    unsigned differs, noise;
    (void)state;

    count_verdicts(1.05, &differs, &noise);
    assert_int_equal(differs, 30);
    assert_int_equal(noise, 0);
}

static void a_planted_slowdown_of_0_percent_is_not(void **state)
{
    unsigned differs, noise;
    (void)state;

    count_verdicts(1, &differs, &noise);
    assert_int_equal(differs, 0);
    assert_in_range(noise, 10, 30); /* the others are undecided: the floor is an estimate too */
}

static void pairing_by_block_takes_the_drift_out(void **state)
{
    struct fixture *fixture = *state;

    add_series(fixture, 1.05);
    make_figures(fixture);
    const struct measure *measure = find_measure(fixture, "end_ns");
    const struct figure *container = find_figure(fixture, "end_ns", "container");

    assert_int_equal(container->value.count, BLOCKS);
    assert_int_equal(container->ratio.count, BLOCKS);
    assert_float_equal(container->ratio.median, 1.05, 0.015);
    /* The ratio is known far better than the time, which has the whole drift in it. */
    double width = container->ratio.high - container->ratio.low;
    double drift = (container->value.high - container->value.low) / container->value.median;
    assert_true(width < drift / 2);
    assert_true(measure->floor > 0 && measure->floor < 0.03);
    assert_string_equal(measure->params, "mode=single");
}

/* Any two boxes can be compared, within their own blocks, however the machine drifts. */
static void two_boxes_have_a_ratio_of_their_own(void **state)
{
    struct fixture *fixture = *state;
    struct resamples *resamples = calloc(1, sizeof *resamples);
    struct estimate ratio;

    for (int block = 0; block < 10; block++) {
        add_end(fixture, "native", "a", block, 1);
        add_end(fixture, "container", "a", block, 2);
        if (block != 3)
            add_end(fixture, "vm", "a", block, 6);
    }
    make_figures(fixture);
    const struct measure *measure = find_measure(fixture, "end_ns");
    assert_int_equal(figures_ratio(measure, 2, 1, resamples, &ratio), 0);
    assert_int_equal(ratio.count, 9);
    assert_float_equal(ratio.median, 3, 0.15);
    assert_true(ratio.has_interval && ratio.low < ratio.median && ratio.median < ratio.high);
    assert_int_equal(figures_ratio(measure, 0, 2, resamples, &ratio), 0);
    assert_float_equal(ratio.median, 1.0 / 6, 0.01);
    free(resamples);
}

static void native_is_its_first_series_alone(void **state)
{
    struct fixture *fixture = *state;

    for (int block = 0; block < 10; block++) {
        folder_add(&fixture->folder, "startup", "\"arm\":\"a\"", "native", "hello", block,
                   "\"end_ns\":100");
        folder_add(&fixture->folder, "startup", "\"arm\":\"b\"", "native", "hello", block,
                   "\"end_ns\":110");
    }
    make_figures(fixture);
    const struct figure *native = find_figure(fixture, "end_ns", "native");
    assert_int_equal(native->value.count, 10);
    assert_float_equal(native->value.high, 100, 0);
    assert_int_equal(native->ratio.count, 0);
    assert_float_equal(find_measure(fixture, "end_ns")->floor, 0.1, 1e-9);
}

/* Block 1 lacks native and block 3 the VM; block 2 has a zero, which nothing can be divided by. */
static void blocks_that_lack_a_side_make_no_ratio(void **state)
{
    static const int native[][2] = {
        {0, 100},
        {2, 0  },
        {3, 100},
        {4, 200}
    };
    static const int vm[][2] = {
        {4, 800},
        {0, 300},
        {1, 5  },
        {2, 7  }
    };
    struct fixture *fixture = *state;
    char metrics[64];

    for (size_t i = 0; i < 4; i++) {
        snprintf(metrics, sizeof metrics, "\"end_ns\":%d", native[i][1]);
        folder_add(&fixture->folder, "startup", "", "native", "hello", native[i][0], metrics);
        snprintf(metrics, sizeof metrics, "\"end_ns\":%d", vm[i][1]);
        folder_add(&fixture->folder, "startup", "", "vm", "hello", vm[i][0], metrics);
    }
    make_figures(fixture);
    const struct figure *figure = find_figure(fixture, "end_ns", "vm");
    assert_int_equal(figure->value.count, 4);
    assert_int_equal(figure->ratio.count, 2);
    assert_float_equal(figure->ratio.median, 3.5, 1e-9); /* of 3 and 4 */
    assert_false(figure->ratio.has_interval);
    assert_int_equal(figure->comparison, COMPARISON_UNKNOWN);
}

static void processor_time_is_user_and_system(void **state)
{
    struct fixture *fixture = *state;

    folder_add(&fixture->folder, "startup", "", "native", "hello", 0,
               "\"user_ns\":300,\"system_ns\":150");
    make_figures(fixture);
    assert_float_equal(find_figure(fixture, "cpu_ns", "native")->value.median, 450, 0);
}

static void marginal_memory_is_what_one_more_takes(void **state)
{
    static const int blocks[][2] = {
        {1000, 2600},
        {1100, 2700},
        {900,  2900}
    };
    struct fixture *fixture = *state;
    char metrics[64];

    for (int block = 0; block < 3; block++) {
        snprintf(metrics, sizeof metrics, "\"pss_bytes\":%d", blocks[block][1]);
        folder_add(&fixture->folder, "footprint", "\"instances\":5", "vm", "idle", block, metrics);
        snprintf(metrics, sizeof metrics, "\"pss_bytes\":%d", blocks[block][0]);
        folder_add(&fixture->folder, "footprint", "\"instances\":1", "vm", "idle", block, metrics);
    }
    /* Half a pair says nothing. */
    folder_add(&fixture->folder, "footprint", "\"instances\":5", "vm", "idle", 3,
               "\"pss_bytes\":999999");
    make_figures(fixture);
    const struct figure *figure = find_figure(fixture, "marginal_pss_bytes", "vm");
    assert_int_equal(figure->value.count, 3);
    assert_float_equal(figure->value.median, 400, 0); /* of 400, 400 and 500 */
    assert_float_equal(figure->values[2], 500, 0);
    for (size_t i = 0; i < fixture->figures.measure_count; i++)
        assert_string_not_equal(fixture->figures.measures[i].metric, "pss_bytes");
}

static void peaks_from_different_sources_have_no_ratio(void **state)
{
    struct fixture *fixture = *state;

    folder_add(&fixture->folder, "peak", "\"source\":\"cgroup\"", "native", "/bin/x", 0,
               "\"peak_bytes\":100");
    folder_add(&fixture->folder, "peak", "\"source\":\"cgroup\"", "container", "/bin/x", 0,
               "\"peak_bytes\":200");
    folder_add(&fixture->folder, "peak", "\"source\":\"sampled\"", "vm", "/bin/x", 0,
               "\"peak_bytes\":300");
    make_figures(fixture);
    assert_int_equal(fixture->figures.measure_count, 1);
    assert_int_equal(find_figure(fixture, "peak_bytes", "container")->ratio.count, 1);
    assert_int_equal(find_figure(fixture, "peak_bytes", "vm")->ratio.count, 0);
    assert_string_equal(find_figure(fixture, "peak_bytes", "vm")->source, "sampled");
    /* Nor where a claim asks for the ratio of any two boxes. */
    const struct measure *peak = find_measure(fixture, "peak_bytes");
    struct resamples resamples = {.seed = 7};
    struct estimate ratio;
    size_t of[3] = {0};
    static const char *const names[] = {"native", "container", "vm"};
    for (size_t i = 0; i < fixture->figures.platform_count; i++)
        for (size_t j = 0; j < 3; j++)
            if (strcmp(fixture->figures.platforms[i], names[j]) == 0)
                of[j] = i;
    assert_int_equal(figures_ratio(peak, of[2], of[1], &resamples, &ratio), 0);
    assert_int_equal(ratio.count, 0);
    assert_int_equal(figures_ratio(peak, of[1], of[0], &resamples, &ratio), 0);
    assert_int_equal(ratio.count, 1);
}

static void every_gap_has_its_reason(void **state)
{
    struct fixture *fixture = *state;
    struct folder *folder = &fixture->folder;

    folder_add(folder, "overhead", "\"pages\":\"4k\"", "native", "integer", 0, "\"work_ns\":100");
    folder_add(folder, "overhead", "\"pages\":\"4k\"", "container", "integer", 0,
               "\"work_ns\":100");
    folder_add_missing(folder, "overhead", "\"pages\":\"4k\"", "container", "integer", "failed",
                       "it was killed");
    folder_add_missing(folder, "overhead", "\"pages\":\"4k\"", "container", "integer", "failed",
                       "it was killed");
    folder_add_missing(folder, "overhead", "\"pages\":\"4k\"", "vm", "integer", "timeout",
                       "still running");
    folder_add_missing(folder, "overhead", "", "vm-linux", "other", "skipped", "no guest");
    folder_add_missing(folder, "footprint", "", "vm-linux", "idle", "skipped", "no guest");
    make_figures(fixture);

    const struct figure *figure = find_figure(fixture, "work_ns", "container");
    assert_int_equal(figure->value.count, 1);
    assert_int_equal(figure->troubles, 2);
    assert_string_equal(figure->reason, "it was killed");
    figure = find_figure(fixture, "work_ns", "vm");
    assert_int_equal(figure->value.count, 0);
    assert_int_equal(figure->troubles, 1);
    assert_string_equal(figure->reason, "still running");
    assert_false(figure->skipped);
    figure = find_figure(fixture, "work_ns", "vm-linux");
    assert_string_equal(figure->reason, "no guest");
    assert_true(figure->skipped);

    /* Nobody measured footprint: it is there all the same. */
    figure = find_figure(fixture, "", "vm-linux");
    assert_string_equal(figure->reason, "no guest");
    assert_string_equal(find_measure(fixture, "")->experiment, "footprint");
}

static void columns_go_from_the_bare_machine_to_the_deepest_box(void **state)
{
    static const char *const expected[] = {"native",   "container", "vm",
                                           "vm-linux", "crun",      "bwrap"};
    static const char *const order[] = {"crun", "vm-linux", "vm", "bwrap", "native", "container"};
    struct fixture *fixture = *state;

    for (size_t i = 0; i < 6; i++)
        folder_add(&fixture->folder, "startup", "", order[i], "hello", 0, "\"end_ns\":5");
    make_figures(fixture);
    assert_int_equal(fixture->figures.platform_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(fixture->figures.platforms[i], expected[i]);
}

static void a_flood_of_names_is_bounded_and_said(void **state)
{
    struct fixture *fixture = *state;
    char name[16];

    for (int i = 0; i < FIGURES_MEASURES_MAX + 2000; i++) {
        snprintf(name, sizeof name, "n%d", i);
        folder_add(&fixture->folder, "startup", "", name, name, 0, "\"end_ns\":5");
        folder_add(&fixture->folder, "startup", "", "n0", name, 0, "\"end_ns\":5");
        folder_add_missing(&fixture->folder, name, "", "n0", name, "failed", name);
    }
    make_figures(fixture);
    assert_int_equal(fixture->figures.platform_count, FIGURES_PLATFORMS_MAX);
    assert_int_equal(fixture->figures.measure_count, FIGURES_MEASURES_MAX);
    assert_true(fixture->figures.left_out > 2000);
}

static void no_samples_make_no_figures(void **state)
{
    struct fixture *fixture = *state;

    make_figures(fixture);
    assert_int_equal(fixture->figures.platform_count, 0);
    assert_int_equal(fixture->figures.measure_count, 0);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_planted_slowdown_of_5_percent_is_found),
        cmocka_unit_test(a_planted_slowdown_of_0_percent_is_not),
        WITH_FIXTURE(pairing_by_block_takes_the_drift_out),
        WITH_FIXTURE(two_boxes_have_a_ratio_of_their_own),
        WITH_FIXTURE(native_is_its_first_series_alone),
        WITH_FIXTURE(blocks_that_lack_a_side_make_no_ratio),
        WITH_FIXTURE(processor_time_is_user_and_system),
        WITH_FIXTURE(marginal_memory_is_what_one_more_takes),
        WITH_FIXTURE(peaks_from_different_sources_have_no_ratio),
        WITH_FIXTURE(every_gap_has_its_reason),
        WITH_FIXTURE(columns_go_from_the_bare_machine_to_the_deepest_box),
        WITH_FIXTURE(a_flood_of_names_is_bounded_and_said),
        WITH_FIXTURE(no_samples_make_no_figures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
