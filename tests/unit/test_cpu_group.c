/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <unistd.h>

#include "bench/process/cpu_group.h"

static void what_stands_in_one_group_competes_by_threads(void **state)
{
    (void)state;
    assert_int_equal(cpu_groups_compare("/", "/"), CPU_GROUPS_ONE);
    assert_int_equal(cpu_groups_compare("/a/b", "/a/b"), CPU_GROUPS_ONE);
}

static void equally_deep_groups_share_evenly(void **state)
{
    (void)state;
    assert_int_equal(cpu_groups_compare("/virtlab/a", "/virtlab/b"), CPU_GROUPS_TWO);
    assert_int_equal(cpu_groups_compare("/virtlab/a/tool", "/virtlab/b/box"), CPU_GROUPS_TWO);
}

/* The one above has its share beside all that stands there, the other a part of one such share. */
static void a_group_below_others_is_not_like_them(void **state)
{
    (void)state;
    assert_int_equal(cpu_groups_compare("/", "/virtlab"), CPU_GROUPS_UNLIKE);
    assert_int_equal(cpu_groups_compare("/user.slice/session-1.scope", "/virtlab"),
                     CPU_GROUPS_UNLIKE);
    assert_int_equal(cpu_groups_compare("/virtlab/a", "/virtlab/b/tool"), CPU_GROUPS_UNLIKE);
}

static void a_process_is_in_one_group_with_itself(void **state)
{
    (void)state;
    assert_int_equal(cpu_groups_of(getpid(), getpid()), CPU_GROUPS_ONE);
    assert_int_equal(cpu_groups_of(getpid(), INT_MAX), CPU_GROUPS_UNLIKE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_in_one_group_competes_by_threads),
        cmocka_unit_test(equally_deep_groups_share_evenly),
        cmocka_unit_test(a_group_below_others_is_not_like_them),
        cmocka_unit_test(a_process_is_in_one_group_with_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
