/* SPDX-License-Identifier: MIT */
/* What is said of neighbours, from their answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bench/experiments/onlooker.h"
#include "common/clock.h"

static struct onlooker *two(void)
{
    struct onlooker *row = calloc(2, sizeof *row);
    assert_non_null(row);
    for (int i = 0; i < 2; i++) {
        row[i].before = 3;
        row[i].count = 5;
        for (size_t j = 0; j < 5; j++)
            row[i].times_ns[j] = (int64_t)(j + 1) * NS_PER_MS;
    }
    return row;
}

static void quiet_neighbours_noticed_nothing(void **state)
{
    (void)state;
    struct onlooker *row = two();
    struct onlooker_report report;

    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.onlookers, 2);
    assert_int_equal(report.answers, 4);
    assert_int_equal(report.usual_ns, 2 * NS_PER_MS);
    assert_int_equal(report.worst_ns, 5 * NS_PER_MS);
    assert_int_equal(report.noticed + report.delayed + report.refused + report.lost, 0);
    free(row);
}

/* Late is what takes longer than 20 ms and twice as long as any answer before: both. */
static void lateness_is_of_both_kinds(void **state)
{
    (void)state;
    struct onlooker *row = two();
    struct onlooker_report report;

    row[0].times_ns[4] = 20 * NS_PER_MS; /* more than twice 3 ms */
    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.delayed, 0);
    row[0].times_ns[4] = 20 * NS_PER_MS + 1;
    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.delayed, 1);
    assert_int_equal(report.noticed, 1);
    row[1].times_ns[0] = 25 * NS_PER_MS; /* the other one's counts: they share the machine */
    row[0].times_ns[4] = 50 * NS_PER_MS;
    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.delayed, 0);
    row[0].times_ns[4] = 50 * NS_PER_MS + 1;
    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.delayed, 1);
    free(row);
}

static void each_neighbour_counts_once(void **state)
{
    (void)state;
    struct onlooker *row = two();
    struct onlooker_report report;

    row[0].times_ns[3] = row[0].times_ns[4] = 100 * NS_PER_MS;
    row[0].refused = 2;
    row[0].lost = true;
    onlooker_sum_up(row, 2, &report);
    assert_int_equal(report.delayed, 2);
    assert_int_equal(report.refused, 2);
    assert_int_equal(report.lost, 1);
    assert_int_equal(report.noticed, 1);
    assert_int_equal(report.worst_ns, ONLOOKER_LOST_MS * NS_PER_MS);
    free(row);
}

static void who_was_never_asked_has_no_times(void **state)
{
    (void)state;
    struct onlooker *row = calloc(1, sizeof *row);
    struct onlooker_report report;

    assert_non_null(row);
    onlooker_sum_up(row, 1, &report);
    assert_int_equal(report.usual_ns, 0);
    assert_int_equal(report.noticed, 0);
    onlooker_sum_up(row, 0, &report);
    assert_int_equal(report.onlookers, 0);
    free(row);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quiet_neighbours_noticed_nothing),
        cmocka_unit_test(lateness_is_of_both_kinds),
        cmocka_unit_test(each_neighbour_counts_once),
        cmocka_unit_test(who_was_never_asked_has_no_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
