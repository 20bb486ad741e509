/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bench/harness/schedule.h"
#include "bench/process/fnv.h"

enum { CONTENDERS = 4, BLOCKS = 200 };

static void every_block_holds_every_contender_once(void **state)
{
    struct schedule schedule;
    (void)state;

    for (uint64_t seed = 0; seed < 20; seed++) {
        schedule_start(&schedule, seed, "startup", CONTENDERS);
        for (int block = 0; block < BLOCKS; block++) {
            unsigned seen = 0;
            schedule_block(&schedule);
            for (unsigned i = 0; i < CONTENDERS; i++)
                seen |= 1U << schedule.order[i];
            assert_int_equal(seen, (1U << CONTENDERS) - 1);
        }
    }
}

/* Chi-squared over the 16 cells of contender by place, 9 degrees of freedom: above 33.7 it would be
   so uneven only once in 10,000 fair schedules (Abramowitz and Stegun, table 26.8). */
static void no_contender_has_a_place_of_its_own(void **state)
{
    (void)state;

    for (uint64_t seed = 1; seed <= 20; seed++) {
        unsigned counts[CONTENDERS][CONTENDERS] = {{0}};
        const double expected = (double)BLOCKS / CONTENDERS;
        struct schedule schedule;
        double chi_squared = 0;

        schedule_start(&schedule, seed, "startup", CONTENDERS);
        for (int block = 0; block < BLOCKS; block++) {
            schedule_block(&schedule);
            for (unsigned i = 0; i < CONTENDERS; i++)
                counts[schedule.order[i]][i]++;
        }
        for (unsigned i = 0; i < CONTENDERS; i++)
            for (unsigned j = 0; j < CONTENDERS; j++)
                chi_squared += (counts[i][j] - expected) * (counts[i][j] - expected) / expected;
        assert_true(chi_squared < 33.7);
    }
}

static void draw(uint64_t seed, const char *name, unsigned orders[BLOCKS][CONTENDERS])
{
    struct schedule schedule;

    schedule_start(&schedule, seed, name, CONTENDERS);
    for (int block = 0; block < BLOCKS; block++) {
        schedule_block(&schedule);
        memcpy(orders[block], schedule.order, sizeof orders[block]);
    }
}

static void the_seed_and_the_name_decide_the_order(void **state)
{
    static unsigned first[BLOCKS][CONTENDERS], second[BLOCKS][CONTENDERS];
    (void)state;

    draw(7, "startup", first);
    draw(7, "startup", second);
    assert_memory_equal(first, second, sizeof first);
    draw(8, "startup", second);
    assert_memory_not_equal(first, second, sizeof first);
    draw(7, "overhead", second);
    assert_memory_not_equal(first, second, sizeof first);
}

static void one_contender_is_a_schedule_too(void **state)
{
    struct schedule schedule;
    (void)state;

    schedule_start(&schedule, 1, "startup", 1);
    schedule_block(&schedule);
    assert_int_equal(schedule.order[0], 0);
}

/* The test vectors of draft-eastlake-fnv, appendix C, for 64 bits FNV-1a. */
static void the_hash_is_fnv_1a(void **state)
{
    (void)state;
    assert_int_equal(fnv1a_string(""), UINT64_C(0xcbf29ce484222325));
    assert_int_equal(fnv1a_string("a"), UINT64_C(0xaf63dc4c8601ec8c));
    assert_int_equal(fnv1a_string("foobar"), UINT64_C(0x85944171f73967e8));
    assert_int_equal(fnv1a(fnv1a_string("foo"), "bar", 3), fnv1a_string("foobar"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_block_holds_every_contender_once),
        cmocka_unit_test(no_contender_has_a_place_of_its_own),
        cmocka_unit_test(the_seed_and_the_name_decide_the_order),
        cmocka_unit_test(one_contender_is_a_schedule_too),
        cmocka_unit_test(the_hash_is_fnv_1a),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
