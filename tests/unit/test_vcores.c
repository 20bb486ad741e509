/* SPDX-License-Identifier: MIT */
/* Which processors of a large machine take part in `vcores`. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "bench/experiments/vcores_sizes.h"

/* 64 processors of which every second is ours. */
static void large_machine(struct vcores_sizes *sizes)
{
    cpu_set_t ours;

    CPU_ZERO(&ours);
    for (size_t cpu = 1; cpu < 128; cpu += 2)
        CPU_SET(cpu, &ours);
    vcores_choose_sizes(sizes, &ours);
}

static void are_the_first(const cpu_set_t *set, unsigned count)
{
    assert_int_equal(CPU_COUNT(set), count);
    for (size_t i = 0; i < count; i++)
        assert_true(CPU_ISSET(2 * i + 1, set));
}

static void a_part_of_a_large_machine_stands_for_it(void **state)
{
    struct vcores_sizes sizes;
    (void)state;

    large_machine(&sizes);
    assert_int_equal(sizes.size_count, 3);
    assert_int_equal(sizes.size[0], 1);
    assert_int_equal(sizes.size[1], VCORES_CORES_MAX);
    assert_int_equal(sizes.size[2], 2 * VCORES_CORES_MAX);
}

static void no_box_has_more_processors_than_take_part(void **state)
{
    struct vcores_sizes sizes;
    cpu_set_t set;
    (void)state;

    large_machine(&sizes);
    for (unsigned i = 0; i < sizes.size_count; i++) {
        vcores_processors(&sizes, false, sizes.size[i], &set);
        are_the_first(&set, VCORES_CORES_MAX);
    }
}

static void a_plain_process_has_as_many_as_it_is_given(void **state)
{
    struct vcores_sizes sizes;
    cpu_set_t set;
    (void)state;

    large_machine(&sizes);
    for (unsigned cpus = 1; cpus <= VCORES_CORES_MAX; cpus++) {
        vcores_processors(&sizes, true, cpus, &set);
        are_the_first(&set, cpus);
    }
}

static void one_processor_is_not_there_twice(void **state)
{
    struct vcores_sizes sizes;
    cpu_set_t one;
    (void)state;

    CPU_ZERO(&one);
    CPU_SET(5, &one);
    vcores_choose_sizes(&sizes, &one);
    assert_int_equal(sizes.size_count, 2);
    assert_int_equal(sizes.size[0], 1);
    assert_int_equal(sizes.size[1], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_part_of_a_large_machine_stands_for_it),
        cmocka_unit_test(no_box_has_more_processors_than_take_part),
        cmocka_unit_test(a_plain_process_has_as_many_as_it_is_given),
        cmocka_unit_test(one_processor_is_not_there_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
