/* SPDX-License-Identifier: MIT */
/* How many blocks an experiment makes, as --runs, --quick and --full say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/harness/session.h"

static void usual_numbers_stay(void **state)
{
    const struct session session = {0};
    (void)state;
    assert_int_equal(session_runs(&session, 40), 40);
    assert_int_equal(session_runs(&session, 1), 1);
}

static void quick_keeps_what_makes_an_interval(void **state)
{
    const struct session session = {.effort = EFFORT_QUICK};
    (void)state;
    assert_int_equal(session_runs(&session, 40), 10);
    assert_int_equal(session_runs(&session, 8), 6);
    assert_int_equal(session_runs(&session, 6), 6);
    assert_int_equal(session_runs(&session, 3), 3); /* it never makes more */
}

static void full_is_enough_for_p99(void **state)
{
    const struct session session = {.effort = EFFORT_FULL};
    (void)state;
    assert_true(session_runs(&session, 40) >= 100);
    assert_int_equal(session_runs(&session, 6), 18);
}

static void a_number_that_was_asked_for_stands(void **state)
{
    const struct session quick = {.effort = EFFORT_QUICK, .runs = 55};
    const struct session full = {.effort = EFFORT_FULL, .runs = 2};
    (void)state;
    assert_int_equal(session_runs(&quick, 40), 55);
    assert_int_equal(session_runs(&full, 40), 2);
}

static void slow_boxes_take_part_in_few_blocks(void **state)
{
    const struct platform slow = {.blocks = 3}, other = {0};
    const struct session usual = {0}, quick = {.effort = EFFORT_QUICK},
                         full = {.effort = EFFORT_FULL}, asked = {.runs = 20};
    (void)state;
    assert_int_equal(session_most_blocks(&usual, &slow), 3);
    assert_int_equal(session_most_blocks(&quick, &slow), 1);
    assert_int_equal(session_most_blocks(&full, &slow), 9);
    assert_int_equal(session_most_blocks(&asked, &slow), 0);
    assert_int_equal(session_most_blocks(&full, &other), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(usual_numbers_stay),
        cmocka_unit_test(quick_keeps_what_makes_an_interval),
        cmocka_unit_test(full_is_enough_for_p99),
        cmocka_unit_test(a_number_that_was_asked_for_stands),
        cmocka_unit_test(slow_boxes_take_part_in_few_blocks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
