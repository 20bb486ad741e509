/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/harness/precision.h"

/* Values of which the interval of 12 is half as wide as the spread. */
static void add_spread(struct precision *precision, size_t contender, double around, double spread)
{
    static const int order[] = {5, 0, 11, 3, 8, 1, 10, 2, 7, 4, 9, 6};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        assert_int_equal(
            precision_add(precision, contender, around + spread * (order[i] - 5.5) / 11), 0);
}

static void every_contender_has_to_be_known_well(void **state)
{
    struct precision precision;
    struct precision_worst worst;
    (void)state;

    assert_int_equal(precision_start(&precision, 0.02, 3), 0);
    assert_false(precision_reached(&precision, &worst));
    add_spread(&precision, 0, 100, 1);
    add_spread(&precision, 1, 100, 2);
    assert_true(precision_reached(&precision, &worst));
    assert_int_equal(worst.contender, 1);
    /* From the third to the tenth of twelve values: 7/11 of the spread, half of that. */
    add_spread(&precision, 2, 100, 22);
    assert_false(precision_reached(&precision, &worst));
    assert_int_equal(worst.contender, 2);
    assert_float_equal(worst.reached, 0.07, 1e-9);
    assert_int_equal(worst.runs_needed, 147); /* 12 × (0.07 / 0.02)² */
    precision.series[2].left_out = true;
    assert_true(precision_reached(&precision, &worst));
    precision_free(&precision);
}

static void too_few_values_are_not_known_at_all(void **state)
{
    struct precision precision;
    struct precision_worst worst;
    (void)state;

    assert_int_equal(precision_start(&precision, 0.5, 2), 0);
    add_spread(&precision, 0, 100, 1);
    for (int i = 0; i < 5; i++)
        assert_int_equal(precision_add(&precision, 1, 7), 0);
    assert_false(precision_reached(&precision, &worst));
    assert_int_equal(worst.contender, 1);
    assert_true(worst.reached < 0);
    assert_int_equal(precision_add(&precision, 1, 7), 0);
    assert_true(precision_reached(&precision, &worst));
    precision_free(&precision);
}

static void nothing_asked_for_is_never_reached(void **state)
{
    struct precision precision;
    struct precision_worst worst;
    (void)state;

    assert_int_equal(precision_start(&precision, 0, 2), 0);
    assert_int_equal(precision_add(&precision, 1, 7), 0);
    assert_false(precision_reached(&precision, &worst));
    precision_free(&precision);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_contender_has_to_be_known_well),
        cmocka_unit_test(too_few_values_are_not_known_at_all),
        cmocka_unit_test(nothing_asked_for_is_never_reached),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
