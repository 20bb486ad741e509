/* SPDX-License-Identifier: MIT */
/* The RAM of a guest system: which addresses are RAM, around the hole and at every edge. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "minivmm/devices/layout.h"
#include "minivmm/devices/ram.h"

#define SMALL (64 * LAYOUT_MIB)
#define LARGE (5 * LAYOUT_GIB) /* 3 GiB below the hole, 2 above it */

static struct ram create(uint64_t bytes)
{
    struct error error;
    struct ram ram;

    assert_int_equal(ram_create(&ram, bytes, &error), 0);
    return ram;
}

static void small_ram_ends_where_it_ends(void **state)
{
    struct ram ram = create(SMALL);

    (void)state;
    assert_ptr_equal(ram_at(&ram, 0, 1), ram.low);
    assert_ptr_equal(ram_at(&ram, SMALL - 1, 1), ram.low + SMALL - 1);
    assert_ptr_equal(ram_at(&ram, 0, SMALL), ram.low);
    assert_null(ram_at(&ram, SMALL - 1, 2));
    assert_null(ram_at(&ram, SMALL, 1));
    assert_null(ram_at(&ram, LAYOUT_HOLE_END, 1));
    assert_null(ram_at(&ram, LAYOUT_HOLE_END, 0));
    ram_destroy(&ram);
}

static void the_hole_is_no_ram(void **state)
{
    struct ram ram = create(LARGE);

    (void)state;
    assert_int_equal(ram.low_bytes, LAYOUT_HOLE);
    assert_int_equal(ram.high_bytes, 2 * LAYOUT_GIB);
    assert_non_null(ram_at(&ram, LAYOUT_HOLE - 4096, 4096));
    assert_null(ram_at(&ram, LAYOUT_HOLE - 4096, 4097));
    assert_null(ram_at(&ram, LAYOUT_HOLE, 1));
    assert_null(ram_at(&ram, LAYOUT_VIRTIO, 4));
    assert_null(ram_at(&ram, LAYOUT_HOLE_END - 1, 1));
    assert_null(ram_at(&ram, LAYOUT_HOLE_END - 1, 2));
    assert_ptr_equal(ram_at(&ram, LAYOUT_HOLE_END, 1), ram.high);
    assert_ptr_equal(ram_at(&ram, 6 * LAYOUT_GIB - 8, 8), ram.high + 2 * LAYOUT_GIB - 8);
    assert_null(ram_at(&ram, 6 * LAYOUT_GIB - 7, 8));
    assert_null(ram_at(&ram, 0, LARGE)); /* never in one piece across the hole */
    ram_destroy(&ram);
}

static void no_sum_overflows(void **state)
{
    struct ram ram = create(LARGE);

    (void)state;
    assert_null(ram_at(&ram, UINT64_MAX, 1));
    assert_null(ram_at(&ram, UINT64_MAX, UINT64_MAX));
    assert_null(ram_at(&ram, 4096, UINT64_MAX - 4095));
    assert_null(ram_at(&ram, LAYOUT_HOLE_END + 4096, UINT64_MAX - 4095));
    ram_destroy(&ram);
}

static void copies_are_whole_or_nothing(void **state)
{
    struct ram ram = create(SMALL);
    char in[8] = "machine", out[8] = "";

    (void)state;
    assert_int_equal(ram_write(&ram, SMALL - 8, in, 8), 0);
    assert_int_equal(ram_read(&ram, SMALL - 8, out, 8), 0);
    assert_string_equal(out, in);
    assert_int_equal(ram_write(&ram, SMALL - 7, "????????", 8), -EFAULT);
    assert_int_equal(ram_read(&ram, SMALL - 7, in, 8), -EFAULT);
    assert_string_equal(in, "machine");
    assert_memory_equal(ram_at(&ram, SMALL - 8, 8), "machine", 8);
    ram_destroy(&ram);
}

static void both_sides_agree_about_two_mebibytes(void **state)
{
    struct ram ram = create(LARGE);

    (void)state;
    assert_int_equal((uintptr_t)ram.low % (2 * LAYOUT_MIB), 0);
    assert_int_equal((uintptr_t)ram.high % (2 * LAYOUT_MIB), 0);
    ram_destroy(&ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_ram_ends_where_it_ends),
        cmocka_unit_test(the_hole_is_no_ram),
        cmocka_unit_test(no_sum_overflows),
        cmocka_unit_test(copies_are_whole_or_nothing),
        cmocka_unit_test(both_sides_agree_about_two_mebibytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
