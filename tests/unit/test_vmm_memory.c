/* SPDX-License-Identifier: MIT */
/* Frames, page tables, the address space and the gateway of minivmm, without KVM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "minivmm/gateway.h"
#include "tests/unit/vmm_machine.h"

#define VA    UINT64_C(0x10000000)
#define RW    (PAGE_READ | PAGE_WRITE)
#define MIB   (UINT64_C(1) << 20)
#define PAGES *PAGE_BYTES

static int set_up(void **state)
{
    *state = vmm_machine_new(64 * MIB);
    return 0;
}

static int tear_down(void **state)
{
    vmm_machine_free(*state);
    return 0;
}

static struct space *space_of(void **state)
{
    return &((struct minivmm *)*state)->space;
}

static void memory_outside_of_the_machine_has_no_host_address(void **state)
{
    const struct memory *memory = space_of(state)->memory;
    uint64_t end = memory->plugged;

    assert_non_null(memory_at(memory, 0, end));
    assert_non_null(memory_at(memory, end - 1, 1));
    assert_null(memory_at(memory, end - 1, 2));
    assert_null(memory_at(memory, end + 1, 0));
    assert_null(memory_at(memory, 0, end + 1));
    assert_null(memory_at(memory, UINT64_MAX, 1));
    assert_null(memory_at(memory, UINT64_MAX, UINT64_MAX));
    assert_null(memory_at(memory, 1, UINT64_MAX));
}

static void frames_never_overlap(void **state)
{
    struct memory *memory = space_of(state)->memory;
    uint64_t first, second, table;

    assert_int_equal(memory_take_frames(memory, 100, 0, &first), 0);
    assert_int_equal(memory_take_frames(memory, 1, 0, &second), 0);
    assert_int_equal(memory_take_table(memory, &table), 0);
    assert_true(first > 0); /* frame 0 is nobody's */
    assert_true(second >= first + 100 PAGES || second + 1 PAGES <= first);
    assert_true(table >= first + 100 PAGES && table != second);
    memory_give_frames(memory, first, 100);
    uint64_t again;
    assert_int_equal(memory_take_frames(memory, 100, 0, &again), 0);
    assert_int_equal(again, first);
}

static void given_back_frames_come_back_empty(void **state)
{
    struct memory *memory = space_of(state)->memory;
    uint64_t gpa;

    assert_int_equal(memory_take_frames(memory, 3, 0, &gpa), 0);
    memset(memory_at(memory, gpa, 3 PAGES), 0xaa, 3 PAGES);
    memory_give_frames(memory, gpa, 3);
    assert_int_equal(memory_take_frames(memory, 3, 0, &gpa), 0);
    const uint8_t *bytes = memory_at(memory, gpa, 3 PAGES);
    for (uint64_t i = 0; i < 3 PAGES; i++)
        assert_int_equal(bytes[i], 0);
}

static void all_memory_can_be_taken_and_no_more(void **state)
{
    struct memory *memory = space_of(state)->memory;
    uint64_t free_frames = memory_count_free(memory), taken = 0, gpa;

    assert_int_equal(memory_take_frames(memory, 64 * MIB / PAGE_BYTES, 0, &gpa), -ENOMEM);
    assert_int_equal(memory_take_frames(memory, UINT64_MAX / 2, 0, &gpa), -ENOMEM);
    assert_int_equal(memory_take_frames(memory, 0, 0, &gpa), -ENOMEM);
    while (memory_take_frames(memory, 1, 0, &gpa) == 0) {
        taken++;
        assert_true(gpa + PAGE_BYTES <= memory->bytes);
    }
    assert_int_equal(taken, free_frames);
    assert_int_equal(memory->plugged, 64 * MIB);
    assert_int_equal(memory_take_table(memory, &gpa), -ENOMEM);
    assert_int_equal(memory_count_free(memory), 0);
}

static void large_runs_lie_in_their_blocks_like_their_addresses(void **state)
{
    struct memory *memory = space_of(state)->memory;
    uint64_t gpa;

    assert_int_equal(memory_take_frames(memory, 600, VA + 5 PAGES, &gpa), 0);
    assert_int_equal(gpa % HUGE_BYTES, 5 PAGES);
}

static void access_is_kept_and_changed(void **state)
{
    struct space *space = space_of(state);
    struct page page;

    assert_int_equal(space_map(space, VA, 4 PAGES, RW), 0);
    assert_int_equal(space_protect(space, VA + 1 PAGES, 1 PAGES, PAGE_READ | PAGE_EXECUTE), 0);
    assert_int_equal(space_protect(space, VA + 2 PAGES, 1 PAGES, 0), 0);
    assert_true(pagetable_find(&space->table, VA, &page));
    assert_int_equal(page.access, RW);
    assert_true(pagetable_find(&space->table, VA + 1 PAGES, &page));
    assert_int_equal(page.access, PAGE_READ | PAGE_EXECUTE);
    assert_true(pagetable_find(&space->table, VA + 2 PAGES, &page));
    assert_int_equal(page.access, 0);
    assert_false(pagetable_find(&space->table, VA + 4 PAGES, &page));
    assert_false(pagetable_find(&space->table, VA - 1 PAGES, &page));
}

static void the_processor_finds_what_was_mapped(void **state)
{
    struct space *space = space_of(state);
    uint64_t gpa = space->table.root;

    assert_int_equal(space_map(space, VA, 1 PAGES, PAGE_READ), 0);
    /* Walk as the processor does: bits 47-39, 38-30, 29-21, 20-12 (Intel SDM volume 3, 4.5). */
    for (int shift = 39; shift >= 12; shift -= 9) {
        const uint64_t *table = memory_at(space->memory, gpa, PAGE_BYTES);
        uint64_t entry = table[VA >> shift & 511];
        assert_true(entry & 1);                       /* present */
        assert_true(entry & 4);                       /* ring 3 may use it */
        assert_int_equal(entry >> 1 & 1, shift > 12); /* the last decides that it is read-only */
        assert_int_equal(entry >> 63, shift == 12);   /* ... and not executable */
        gpa = entry & UINT64_C(0x000ffffffffff000);
    }
    struct page page;
    assert_true(pagetable_find(&space->table, VA, &page));
    assert_int_equal(page.gpa, gpa);
}

static void unmapping_gives_frames_back(void **state)
{
    struct space *space = space_of(state);

    assert_int_equal(space_map(space, VA, 8 PAGES, RW), 0);
    uint64_t before = memory_count_free(space->memory);
    assert_int_equal(space_unmap(space, VA + 2 PAGES, 3 PAGES), 0);
    assert_int_equal(memory_count_free(space->memory), before + 3);
    assert_true(space_is_mapped(space, VA, 2 PAGES));
    assert_false(space_is_mapped(space, VA, 3 PAGES));
    assert_true(space_is_free(space, VA + 2 PAGES, 3 PAGES));
    assert_false(space_is_free(space, VA + 2 PAGES, 4 PAGES));
    assert_int_equal(space_unmap(space, VA, 8 PAGES), 0);
    assert_int_equal(memory_count_free(space->memory), before + 8);
}

static void a_mapping_that_does_not_fit_leaves_nothing(void **state)
{
    struct space *space = space_of(state);
    uint64_t before = memory_count_free(space->memory);

    assert_int_equal(space_map(space, VA, 100 * MIB, RW), -ENOMEM);
    assert_true(space_is_free(space, VA, 100 * MIB));
    /* The tables that were made are kept: at most one for each 2 MiB, and three above. */
    assert_in_range(memory_count_free(space->memory), before - 35, before);
}

static void mappings_use_scattered_frames(void **state)
{
    struct space *space = space_of(state);

    /* Take everything, then give every second page back. */
    uint64_t bytes = (memory_count_free(space->memory) - 64) PAGES;
    assert_int_equal(space_map(space, VA, bytes, RW), 0);
    for (uint64_t at = 0; at + 2 PAGES <= 2 * MIB; at += 2 PAGES)
        assert_int_equal(space_unmap(space, VA + at, 1 PAGES), 0);
    assert_int_equal(space_map(space, VA + 512 * MIB, 200 PAGES, RW), 0);
    assert_true(space_is_mapped(space, VA + 512 * MIB, 200 PAGES));
}

static void holes_are_found_and_used_again(void **state)
{
    struct space *space = space_of(state);

    uint64_t first = space_find(space, 4 PAGES);
    assert_int_equal(first, space->mappings_top - 4 PAGES);
    assert_int_equal(space_map(space, first, 4 PAGES, RW), 0);
    uint64_t second = space_find(space, 1 PAGES);
    assert_int_equal(second, first - 1 PAGES);
    assert_int_equal(space_map(space, second, 1 PAGES, RW), 0);
    assert_int_equal(space_unmap(space, first, 4 PAGES), 0);
    assert_int_equal(space_find(space, 4 PAGES), first);
    assert_int_equal(space_find(space, 2 * MIB) % HUGE_BYTES, 0);
    assert_int_equal(space_find(space, UINT64_C(1) << 47), 0);
}

static void ranges_outside_of_the_space_are_invalid(void **state)
{
    (void)state;
    assert_true(space_is_valid(SPACE_START, PAGE_BYTES));
    assert_true(space_is_valid(SPACE_START, SPACE_END - SPACE_START));
    assert_false(space_is_valid(0, PAGE_BYTES));
    assert_false(space_is_valid(SPACE_START - PAGE_BYTES, 2 PAGES));
    assert_false(space_is_valid(SPACE_START + 1, PAGE_BYTES));
    assert_false(space_is_valid(SPACE_START, 0));
    assert_false(space_is_valid(SPACE_START, 1));
    assert_false(space_is_valid(SPACE_END, PAGE_BYTES));
    assert_false(space_is_valid(SPACE_END - PAGE_BYTES, 2 PAGES));
    assert_false(space_is_valid(SPACE_START, UINT64_MAX & PAGE_MASK));
    assert_false(space_is_valid(UINT64_MAX & PAGE_MASK, PAGE_BYTES));
}

static void moving_takes_the_frames_along(void **state)
{
    struct space *space = space_of(state);
    struct page before, after;

    assert_int_equal(space_map(space, VA, 3 PAGES, RW), 0);
    assert_int_equal(gateway_write(space, guest_pointer(VA + 2 PAGES), "moved", 6), 0);
    assert_true(pagetable_find(&space->table, VA + 2 PAGES, &before));
    assert_int_equal(space_move(space, VA, VA + MIB, 3 PAGES), 0);
    assert_true(space_is_free(space, VA, 3 PAGES));
    assert_true(pagetable_find(&space->table, VA + MIB + 2 PAGES, &after));
    assert_int_equal(before.gpa, after.gpa);
    char text[6];
    assert_int_equal(gateway_read(space, text, guest_pointer(VA + MIB + 2 PAGES), 6), 0);
    assert_string_equal(text, "moved");
}

static void large_pages_split_and_join_without_losing_anything(void **state)
{
    struct space *space = space_of(state);
    struct page page;
    uint32_t word;

    space->pages = MINIVMM_PAGES_2M;
    assert_int_equal(space_map(space, VA, 3 * HUGE_BYTES, RW), 0);
    assert_true(pagetable_find(&space->table, VA + HUGE_BYTES, &page));
    assert_int_equal(page.bytes, HUGE_BYTES);
    for (uint32_t i = 0; i < 3 * FRAMES_PER_2M; i++)
        gateway_write(space, guest_pointer(VA + i PAGES), &i, sizeof i);

    assert_int_equal(space_protect(space, VA + 3 PAGES, 1 PAGES, PAGE_READ), 0);
    assert_true(pagetable_find(&space->table, VA, &page));
    assert_int_equal(page.bytes, PAGE_BYTES);
    assert_true(pagetable_find(&space->table, VA + HUGE_BYTES, &page));
    assert_int_equal(page.bytes, HUGE_BYTES);        /* the next one is whole */
    assert_false(pagetable_join(&space->table, VA)); /* not all alike */
    assert_int_equal(space_protect(space, VA + 3 PAGES, 1 PAGES, RW), 0);
    assert_true(pagetable_join(&space->table, VA));
    assert_true(pagetable_find(&space->table, VA, &page));
    assert_int_equal(page.bytes, HUGE_BYTES);

    uint64_t before = memory_count_free(space->memory);
    assert_int_equal(space_unmap(space, VA + HUGE_BYTES + 1 PAGES, 2 PAGES), 0);
    assert_int_equal(memory_count_free(space->memory), before + 2 - 1); /* one new table */
    for (uint32_t i = 0; i < 3 * FRAMES_PER_2M; i++) {
        int result = gateway_read(space, &word, guest_pointer(VA + i PAGES), sizeof word);
        if (i == FRAMES_PER_2M + 1 || i == FRAMES_PER_2M + 2) {
            assert_int_equal(result, -EFAULT);
        } else {
            assert_int_equal(result, 0);
            assert_int_equal(word, i);
        }
    }
}

static void advice_changes_the_page_size_in_auto_only(void **state)
{
    struct space *space = space_of(state);
    struct page page;

    assert_int_equal(space_map(space, VA + 1 PAGES, 3 * HUGE_BYTES, RW), 0);
    space_advise_huge(space, VA + 1 PAGES, 3 * HUGE_BYTES, true);
    assert_true(pagetable_find(&space->table, VA + HUGE_BYTES, &page));
    assert_int_equal(page.bytes, HUGE_BYTES);
    assert_true(pagetable_find(&space->table, VA + 1 PAGES, &page));
    assert_int_equal(page.bytes, PAGE_BYTES); /* no whole block */
    space_advise_huge(space, VA + 1 PAGES, 3 * HUGE_BYTES, false);
    assert_true(pagetable_find(&space->table, VA + HUGE_BYTES, &page));
    assert_int_equal(page.bytes, PAGE_BYTES);
    space->pages = MINIVMM_PAGES_4K;
    space_advise_huge(space, VA + 1 PAGES, 3 * HUGE_BYTES, true);
    assert_true(pagetable_find(&space->table, VA + HUGE_BYTES, &page));
    assert_int_equal(page.bytes, PAGE_BYTES);
}

static void the_heap_grows_and_shrinks(void **state)
{
    struct space *space = space_of(state);

    space->brk_start = space->brk = VA;
    assert_int_equal(space_brk(space, 0), VA);
    assert_int_equal(space_brk(space, VA + 5000), VA + 5000);
    assert_true(space_is_mapped(space, VA, 2 PAGES));
    assert_true(space_is_free(space, VA + 2 PAGES, 1 PAGES));
    assert_int_equal(space_brk(space, VA - 1), VA + 5000);
    assert_int_equal(space_brk(space, UINT64_MAX), VA + 5000);
    assert_int_equal(space_brk(space, VA + 100 * MIB), VA + 5000); /* more than there is */
    assert_int_equal(space_map(space, VA + 10 PAGES, 1 PAGES, RW), 0);
    assert_int_equal(space_brk(space, VA + 10 PAGES), VA + 5000); /* something is in the way */
    assert_int_equal(space_brk(space, VA + 9 PAGES), VA + 9 PAGES);
    assert_int_equal(space_brk(space, VA), VA);
    assert_true(space_is_free(space, VA, 9 PAGES));
}

static void the_gateway_reaches_what_ring_3_can_and_no_more(void **state)
{
    struct space *space = space_of(state);
    uint8_t bytes[2 * 4096] = {1, 2, 3};

    assert_int_equal(space_map(space, VA, 2 PAGES, RW), 0);
    assert_int_equal(space_protect(space, VA + 1 PAGES, 1 PAGES, PAGE_READ), 0);
    assert_int_equal(gateway_write(space, guest_pointer(VA + 4000), bytes, 96), 0);
    assert_int_equal(gateway_write(space, guest_pointer(VA + 4000), bytes, 97), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA), 2 PAGES), 0);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA + 1), 2 PAGES), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA - 1), 2), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(UINT64_MAX), 1), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(UINT64_MAX - 3), 8), -EFAULT);
    /* Not canonical: the page tables would be walked by the low 48 bits. */
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA | UINT64_C(1) << 48), 1), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA | UINT64_C(1) << 63), 1), -EFAULT);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA), 0), 0);

    assert_int_equal(
        pagetable_map(&space->table, VA + 2 PAGES, 1 PAGES, 1 PAGES, RW | PAGE_SUPERVISOR, false),
        0);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA + 2 PAGES), 1), -EFAULT);
    assert_int_equal(
        pagetable_map(&space->table, VA + 3 PAGES, UINT64_C(1) << 40, 1 PAGES, RW, false), 0);
    assert_int_equal(gateway_read(space, bytes, guest_pointer(VA + 3 PAGES), 1), -EFAULT);
    pagetable_unmap(&space->table, VA + 2 PAGES, 2 PAGES);
}

static void strings_end_or_are_refused(void **state)
{
    struct space *space = space_of(state);
    char text[16];

    assert_int_equal(space_map(space, VA, 1 PAGES, RW), 0);
    gateway_write(space, guest_pointer(VA + 10), "short", 6);
    assert_int_equal(gateway_read_string(space, text, sizeof text, guest_pointer(VA + 10)), 5);
    assert_string_equal(text, "short");
    gateway_write(space, guest_pointer(VA + 4080), "sixteen bytes...", 16);
    assert_int_equal(gateway_read_string(space, text, sizeof text, guest_pointer(VA + 4080)),
                     -ENAMETOOLONG);
    assert_int_equal(gateway_read_string(space, text, sizeof text, guest_pointer(VA + 4090)),
                     -EFAULT);
    assert_int_equal(gateway_read_string(space, text, sizeof text, guest_pointer(0)), -EFAULT);
}

static void spans_join_neighbours_and_stop_where_access_ends(void **state)
{
    struct space *space = space_of(state);
    struct spans spans = {0};

    assert_int_equal(space_map(space, VA, 10 PAGES, RW), 0);
    assert_int_equal(gateway_add(space, guest_pointer(VA + 1), 10 PAGES, PAGE_READ, &spans),
                     10 PAGES - 1);
    assert_int_equal(spans.count, 1);
    assert_int_equal(spans.at[0].iov_len, 10 PAGES - 1);
    assert_int_equal(gateway_add(space, guest_pointer(0), 1, PAGE_READ, &spans), 0);
    assert_int_equal(spans.bytes, 10 PAGES - 1);

    /* A page of each second frame: as many spans as there are, then no more. */
    spans = (struct spans){0};
    for (uint64_t i = 0; i < 2 * GATEWAY_SPANS; i++)
        space_map(space, VA + MIB + (i ^ 1) PAGES, 1 PAGES, RW);
    assert_int_equal(
        gateway_add(space, guest_pointer(VA + MIB), 2 * GATEWAY_SPANS PAGES, PAGE_READ, &spans),
        GATEWAY_SPANS PAGES);
    assert_int_equal(spans.count, GATEWAY_SPANS);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(memory_outside_of_the_machine_has_no_host_address),
        TEST(frames_never_overlap),
        TEST(given_back_frames_come_back_empty),
        TEST(all_memory_can_be_taken_and_no_more),
        TEST(large_runs_lie_in_their_blocks_like_their_addresses),
        TEST(access_is_kept_and_changed),
        TEST(the_processor_finds_what_was_mapped),
        TEST(unmapping_gives_frames_back),
        TEST(a_mapping_that_does_not_fit_leaves_nothing),
        TEST(mappings_use_scattered_frames),
        TEST(holes_are_found_and_used_again),
        TEST(ranges_outside_of_the_space_are_invalid),
        TEST(moving_takes_the_frames_along),
        TEST(large_pages_split_and_join_without_losing_anything),
        TEST(advice_changes_the_page_size_in_auto_only),
        TEST(the_heap_grows_and_shrinks),
        TEST(the_gateway_reaches_what_ring_3_can_and_no_more),
        TEST(strings_end_or_are_refused),
        TEST(spans_join_neighbours_and_stop_where_access_ends),
    };
    return cmocka_run_group_tests_name("minivmm memory", tests, NULL, NULL);
}
