/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/analysis/random.h"

/*
 * From the state 1, 2, 3, 4: the values that rand_xoshiro (the generator's Rust implementation)
 * tests itself against, made with the authors' C code (https://prng.di.unimi.it).
 */
static void the_generator_is_xoshiro256_starstar(void **state)
{
    static const uint64_t expected[] = {
        UINT64_C(11520),
        UINT64_C(0),
        UINT64_C(1509978240),
        UINT64_C(1215971899390074240),
        UINT64_C(1216172134540287360),
        UINT64_C(607988272756665600),
        UINT64_C(16172922978634559625),
        UINT64_C(8476171486693032832),
        UINT64_C(10595114339597558777),
        UINT64_C(2904607092377533576),
    };
    struct random random = {
        {1, 2, 3, 4}
    };
    (void)state;

    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_int_equal(random_next(&random), expected[i]);
}

/* The first splitmix64 numbers of 1234567, as Rosetta Code's "Pseudo-random numbers/Splitmix64". */
static void the_seed_goes_through_splitmix64(void **state)
{
    struct random random;
    (void)state;

    random_seed(&random, 1234567);
    assert_int_equal(random.state[0], UINT64_C(6457827717110365317));
    assert_int_equal(random.state[1], UINT64_C(3203168211198807973));
    assert_int_equal(random.state[2], UINT64_C(9817491932198370423));
    assert_int_equal(random.state[3], UINT64_C(4593380528125082431));
}

static void a_seed_brings_its_sequence_back(void **state)
{
    struct random first, second, other;
    (void)state;

    random_seed(&first, 7);
    random_seed(&second, 7);
    random_seed(&other, 8);
    for (int i = 0; i < 100; i++) {
        uint64_t number = random_next(&first);
        assert_int_equal(number, random_next(&second));
        assert_int_not_equal(number, random_next(&other));
    }
}

static void numbers_below_a_bound_are_equally_likely(void **state)
{
    enum { BOUND = 6, DRAWS = 600000 };
    struct random random;
    unsigned seen[BOUND] = {0};
    (void)state;

    random_seed(&random, 1);
    for (int i = 0; i < DRAWS; i++) {
        uint64_t number = random_below(&random, BOUND);
        assert_in_range(number, 0, BOUND - 1);
        seen[number]++;
    }
    /* Each 100,000 times, give or take five standard deviations of 289. */
    for (int i = 0; i < BOUND; i++)
        assert_in_range(seen[i], 98556, 101444);
    assert_int_equal(random_below(&random, 1), 0);
}

/* A bound for which a quarter of all 64-bit numbers must be drawn again. */
static void the_largest_bounds_are_fair_too(void **state)
{
    const uint64_t bound = UINT64_C(3) << 62;
    struct random random;
    unsigned thirds[3] = {0};
    (void)state;

    random_seed(&random, 2);
    for (int i = 0; i < 90000; i++)
        thirds[random_below(&random, bound) >> 62]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(thirds[i], 29293, 30707); /* five standard deviations of 141 */
}

static void a_shuffle_makes_every_order_alike(void **state)
{
    enum { ROUNDS = 60000 };
    struct random random;
    unsigned seen[27] = {0};
    unsigned orders = 0;
    (void)state;

    random_seed(&random, 3);
    for (int round = 0; round < ROUNDS; round++) {
        unsigned items[3] = {0, 1, 2};
        random_shuffle(&random, items, 3);
        assert_int_equal(1 << items[0] | 1 << items[1] | 1 << items[2], 7);
        seen[items[0] * 9 + items[1] * 3 + items[2]]++;
    }
    for (size_t i = 0; i < 27; i++) {
        if (seen[i] == 0)
            continue;
        orders++;
        assert_in_range(seen[i], 9543, 10457); /* five standard deviations of 91.3 */
    }
    assert_int_equal(orders, 6);
    random_shuffle(&random, NULL, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_generator_is_xoshiro256_starstar),
        cmocka_unit_test(the_seed_goes_through_splitmix64),
        cmocka_unit_test(a_seed_brings_its_sequence_back),
        cmocka_unit_test(numbers_below_a_bound_are_equally_likely),
        cmocka_unit_test(the_largest_bounds_are_fair_too),
        cmocka_unit_test(a_shuffle_makes_every_order_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
