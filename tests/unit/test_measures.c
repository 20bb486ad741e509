/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/analysis/measures.h"

static void assert_value(enum measure_unit unit, double value, const char *expected)
{
    char text[MEASURE_TEXT_MAX];

    measure_print_value(text, unit, value);
    assert_string_equal(text, expected);
}

static void times_have_three_digits_and_a_unit(void **state)
{
    (void)state;
    assert_value(UNIT_NS, 0, "0 ns");
    assert_value(UNIT_NS, 412, "412 ns");
    assert_value(UNIT_NS, 1.5, "1.50 ns");
    assert_value(UNIT_NS, 999, "999 ns");
    assert_value(UNIT_NS, 1000, "1.00 µs");
    assert_value(UNIT_NS, 44010, "44.0 µs");
    assert_value(UNIT_NS, 440000, "440 µs");
    assert_value(UNIT_NS, 999700, "1.00 ms");
    assert_value(UNIT_NS, 3904000, "3.90 ms");
    assert_value(UNIT_NS, 9996000, "10.0 ms");
    assert_value(UNIT_NS, 112.4e6, "112 ms");
    assert_value(UNIT_NS, 1.2e9, "1.20 s");
    assert_value(UNIT_NS, 12345e9, "12345 s");
}

static void sizes_go_by_1024(void **state)
{
    (void)state;
    assert_value(UNIT_BYTES, 0, "0 B");
    assert_value(UNIT_BYTES, 1023, "1023 B");
    assert_value(UNIT_BYTES, 1024, "1.00 KiB");
    assert_value(UNIT_BYTES, 112 * 1024, "112 KiB");
    assert_value(UNIT_BYTES, 1.5 * 1024 * 1024, "1.50 MiB");
    assert_value(UNIT_BYTES, -2048, "−2.00 KiB");
    assert_value(UNIT_BYTES, 3.0 * (1 << 30), "3.00 GiB");
}

static void the_unit_is_the_end_of_the_name(void **state)
{
    (void)state;
    assert_int_equal(measure_unit("end_ns"), UNIT_NS);
    assert_int_equal(measure_unit("marginal_pss_bytes"), UNIT_BYTES);
    assert_int_equal(measure_unit("iterations_n"), UNIT_NUMBER);
    assert_int_equal(measure_unit("ns"), UNIT_NUMBER);
    assert_int_equal(measure_unit(""), UNIT_NUMBER);
}

static void assert_ratio(size_t count, double median, double low, double high,
                         enum comparison comparison, const char *expected)
{
    struct figure figure = {
        .ratio = {count, median, low, high, count >= 6, low, high},
          .comparison = comparison
    };
    char text[MEASURE_TEXT_MAX];

    measure_print_ratio(text, &figure);
    assert_string_equal(text, expected);
}

static void ratios_have_their_interval_or_a_reason_for_none(void **state)
{
    (void)state;
    assert_ratio(40, 1.049, 1.041, 1.062, COMPARISON_DIFFERS, "1.05 [1.04–1.06]");
    assert_ratio(40, 8.86, 8.44, 10.31, COMPARISON_DIFFERS, "8.9 [8.4–10.3]");
    assert_ratio(40, 231.4, 143, 317, COMPARISON_DIFFERS, "231 [143–317]");
    assert_ratio(40, 1.004, 0.99, 1.01, COMPARISON_NOISE, "1.00 ~");
    assert_ratio(40, 1.01, 0.97, 1.06, COMPARISON_UNDECIDED, "1.01 [0.97–1.06]");
    assert_ratio(1, 1.23, 1.23, 1.23, COMPARISON_UNKNOWN, "1.23");
    assert_ratio(3, 26.7, 24.31, 31.2, COMPARISON_UNKNOWN, "26.7 (24.3–31.2)");
    assert_ratio(3, 1.012, 1.011, 1.013, COMPARISON_UNKNOWN, "1.01");
    assert_ratio(40, 0.0012, 0.0011, 0.0013, COMPARISON_DIFFERS, "0.00120 [0.00110–0.00130]");
}

static void a_measure_finds_its_row(void **state)
{
    struct measure measure = {
        .experiment = "overhead", .workload = "latency", .params = "pages=2m", .metric = "turn_ns"};
    (void)state;

    assert_string_equal(measure_kind(&measure)->label, "memory access, 2m");
    measure.metric = "user_ns";
    assert_false(measure_is_shown(&measure));
    measure.metric = "spins_n";
    assert_null(measure_kind(&measure));
    assert_true(measure_is_shown(&measure));
}

static void every_row_has_a_definition(void **state)
{
    (void)state;
    for (size_t i = 0; i < measure_kinds_count; i++)
        assert_true(strlen(measure_definition(measure_kinds[i].meaning)) > 10);
}

static void a_platform_is_called_as_the_header_says(void **state)
{
    struct results results = {
        .titles = {{"crun", "crun\nOCI"}, {"vm", "my VM"}},
          .title_count = 2
    };
    (void)state;

    assert_string_equal(measure_platform_title(&results, "crun"), "crun\nOCI");
    assert_string_equal(measure_platform_title(&results, "vm"), "my VM");
    assert_string_equal(measure_platform_title(&results, "vm-linux"), "VM\nLinux guest");
    assert_string_equal(measure_platform_title(&results, "mine"), "mine");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_have_three_digits_and_a_unit),
        cmocka_unit_test(sizes_go_by_1024),
        cmocka_unit_test(the_unit_is_the_end_of_the_name),
        cmocka_unit_test(ratios_have_their_interval_or_a_reason_for_none),
        cmocka_unit_test(a_measure_finds_its_row),
        cmocka_unit_test(every_row_has_a_definition),
        cmocka_unit_test(a_platform_is_called_as_the_header_says),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
