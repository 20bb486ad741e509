/* SPDX-License-Identifier: MIT */
/* The memory map of a guest system, and files that lie in its RAM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "minivmm/boot/e820.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/devices/thread.h"
#include "tests/unit/boot_ram.h"

#define PAGE UINT64_C(4096)

/* --- memory map ------------------------------------------------------------------------------- */

/* Bytes of RAM that the map of a machine with so much RAM shows, and how many ranges it has. */
static uint64_t mapped_ram(uint64_t bytes, unsigned *count)
{
    struct ram ram = boot_ram_new(bytes);
    struct e820_range ranges[E820_RANGES_MAX];
    uint64_t behind = 0, total = 0;

    *count = e820_make(&ram, ranges);
    assert_in_range(*count, 1, E820_RANGES_MAX);
    for (unsigned i = 0; i < *count; i++) {
        assert_true(ranges[i].bytes > 0);
        assert_true(ranges[i].start >= behind);
        behind = ranges[i].start + ranges[i].bytes;
        if (ranges[i].type != E820_RAM)
            continue;
        total += ranges[i].bytes;
        assert_true(behind <= LAYOUT_HOLE || ranges[i].start >= LAYOUT_HOLE_END);
        assert_non_null(ram_at(&ram, ranges[i].start, ranges[i].bytes));
    }
    ram_destroy(&ram);
    return total;
}

static void all_ram_but_the_last_of_the_first_mib_is_in_the_map(void **state)
{
    static const struct {
        uint64_t bytes;
        unsigned count;
    } cases[] = {
        {LAYOUT_RAM_MIN,     5},
        {LAYOUT_HOLE,        5},
        {LAYOUT_HOLE + PAGE, 6},
        {8 * LAYOUT_GIB,     6},
        {LAYOUT_RAM_MAX,     6}
    };
    unsigned count;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(mapped_ram(cases[i].bytes, &count),
                         cases[i].bytes - (LAYOUT_RAM_1M - LAYOUT_LOW_END));
        assert_int_equal(count, cases[i].count);
    }
}

static void what_was_put_below_1_mib_is_in_ram_and_apart(void **state)
{
    /* Each with the room that layout.h gives it. */
    static const struct {
        uint64_t start, bytes;
    } places[] = {
        {LAYOUT_GDT,         0x100             },
        {LAYOUT_PVH_START,   0x1000            },
        {LAYOUT_ZERO_PAGE,   0x1000            },
        {LAYOUT_PAGE_TABLES, 6 * 0x1000        },
        {LAYOUT_COMMAND,     LAYOUT_COMMAND_MAX}
    };
    (void)state;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_true(places[i].start + places[i].bytes <= LAYOUT_LOW_END);
        for (size_t j = 0; j < i; j++)
            assert_true(places[j].start + places[j].bytes <= places[i].start);
    }
}

/* --- files in RAM ----------------------------------------------------------------------------- */

static uint8_t pattern(uint64_t offset)
{
    return (uint8_t)(offset * 11 + offset / PAGE + 1);
}

static int new_file(uint64_t size)
{
    uint8_t bytes[8 * 4096];
    int fd = memfd_create("test", MFD_CLOEXEC);

    assert_true(size <= sizeof bytes);
    for (uint64_t i = 0; i < size; i++)
        bytes[i] = pattern(i);
    assert_int_equal(write(fd, bytes, size), size);
    return fd;
}

static void every_part_of_a_file_can_be_at_every_place(void **state)
{
    static const uint64_t places[] = {0, 1, 0x800, 0xfff};
    static const uint64_t sizes[] = {0, 1, 0x7ff, 0x801, 0x1000, 0x1001, 0x2000, 0x3333};
    const uint64_t base = 3 * LAYOUT_MIB;
    int fd = new_file(8 * PAGE);
    struct error error;
    (void)state;

    for (size_t i = 0; i < 4 * 4 * 8; i++) {
        struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
        const uint64_t gpa = base + places[i % 4], offset = places[i / 4 % 4], size = sizes[i / 16];
        const uint8_t *host = ram_at(&ram, base, 16 * PAGE);
        struct ram_files files = {0};

        assert_int_equal(ram_file_load(&ram, gpa, fd, offset, size, "file", &files, &error), 0);
        assert_int_equal(files.mapped_bytes % PAGE, 0);
        assert_true(files.mapped_bytes <= size);
        if (i % 4 == i / 4 % 4 && size >= 2 * PAGE)
            assert_true(files.mapped_bytes >= PAGE);
        for (uint64_t j = 0; j < 16 * PAGE; j++) {
            const bool inside = base + j >= gpa && base + j - gpa < size;
            assert_int_equal(host[j], inside ? pattern(base + j - gpa + offset) : 0);
        }
        ram_destroy(&ram);
    }
    close(fd);
}

static void what_cannot_be_mapped_is_read(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    const uint8_t *host = ram_at(&ram, LAYOUT_MIB, 4 * PAGE);
    int fd = new_file(4 * PAGE);
    struct ram_files files = {0};
    struct rlimit before, none;
    struct error error;
    (void)state;

    /* Without any more address space, mmap(2) fails as it does on some file systems. */
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = (struct rlimit){.rlim_cur = 1, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    int result = ram_file_load(&ram, LAYOUT_MIB, fd, 0, 4 * PAGE, "file", &files, &error);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);

    assert_int_equal(result, 0);
    assert_int_equal(files.mapped_bytes, 0);
    for (uint64_t i = 0; i < 4 * PAGE; i++)
        assert_int_equal(host[i], pattern(i));
    close(fd);
    ram_destroy(&ram);
}

static void the_guest_writes_to_its_own_copy(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    int fd = new_file(2 * PAGE);
    struct ram_files files = {0};
    struct error error;
    uint8_t byte;
    (void)state;

    assert_int_equal(ram_file_load(&ram, LAYOUT_MIB, fd, 0, 2 * PAGE, "file", &files, &error), 0);
    assert_int_equal(files.mapped_bytes, 2 * PAGE);
    memset(ram_at(&ram, LAYOUT_MIB, 2 * PAGE), 0, 2 * PAGE);
    assert_int_equal(pread(fd, &byte, 1, PAGE), 1);
    assert_int_equal(byte, pattern(PAGE));
    close(fd);
    ram_destroy(&ram);
}

static void what_is_not_ram_or_not_in_the_file_is_refused(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    int fd = new_file(PAGE);
    struct ram_files files = {0};
    struct error error;
    (void)state;

    assert_int_equal(ram_file_load(&ram, LAYOUT_RAM_MIN, fd, 0, 1, "file", &files, &error),
                     -EFAULT);
    assert_int_equal(ram_file_load(&ram, UINT64_MAX, fd, 0, PAGE, "file", &files, &error), -EFAULT);
    assert_int_equal(ram_file_load(&ram, LAYOUT_MIB, fd, UINT64_MAX, PAGE, "file", &files, &error),
                     -EFAULT);
    /* Shorter than it was when somebody looked at its size. */
    assert_int_equal(ram_file_load(&ram, LAYOUT_MIB, fd, 0, PAGE + 8, "file", &files, &error),
                     -ENOEXEC);
    assert_non_null(strstr(error.text, "became shorter"));
    close(fd);
    ram_destroy(&ram);
}

static void *write_there(void *at)
{
    *(volatile uint8_t *)at = 7;
    return NULL;
}

static void a_file_cut_while_it_is_used_does_not_kill(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    int fd = new_file(4 * PAGE), event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    volatile uint8_t *page = ram_at(&ram, LAYOUT_MIB, 4 * PAGE);
    struct ram_files files = {0};
    pthread_t thread;
    uint64_t event;
    struct error error;
    (void)state;

    assert_int_equal(ram_file_load(&ram, LAYOUT_MIB, fd, 0, 4 * PAGE, "file", &files, &error), 0);
    assert_int_equal(ram_file_guard(&ram, event_fd, &error), 0);
    page[PAGE] = 1; /* what the guest wrote goes too */
    assert_false(ram_file_lost(&ram, &files));
    assert_int_equal(ftruncate(fd, PAGE), 0);
    assert_int_equal(page[1], pattern(1));
    assert_false(ram_file_lost(&ram, NULL));

    assert_int_equal(page[PAGE], 0);
    assert_true(ram_file_lost(&ram, NULL));
    assert_int_equal(read(event_fd, &event, sizeof event), sizeof event);
    /* In a thread of a device too. */
    assert_int_equal(thread_start(&thread, write_there, (void *)(page + 3 * PAGE), "test", &error),
                     0);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(page[3 * PAGE], 7);
    /* The other way to such a page. */
    assert_int_equal(pread(fd, (void *)(page + 2 * PAGE), 1, 0), -1);
    assert_int_equal(errno, EFAULT);
    ram_file_unguard();
    close(event_fd);
    close(fd);
    ram_destroy(&ram);
}

static void a_cut_is_found_by_looking(void **state)
{
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    int fd = new_file(4 * PAGE + 1), event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct ram_files files = {0};
    struct error error;
    (void)state;

    assert_int_equal(ram_file_load(&ram, LAYOUT_MIB, fd, 0, 4 * PAGE + 1, "file", &files, &error),
                     0);
    assert_int_equal(ram_file_guard(&ram, event_fd, &error), 0);
    assert_false(ram_file_lost(&ram, &files));
    assert_int_equal(ftruncate(fd, 3 * PAGE), 0);
    assert_false(ram_file_lost(&ram, NULL));
    assert_true(ram_file_lost(&ram, &files));
    ram_file_unguard();
    close(event_fd);
    close(fd);
    ram_destroy(&ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_ram_but_the_last_of_the_first_mib_is_in_the_map),
        cmocka_unit_test(what_was_put_below_1_mib_is_in_ram_and_apart),
        cmocka_unit_test(every_part_of_a_file_can_be_at_every_place),
        cmocka_unit_test(what_cannot_be_mapped_is_read),
        cmocka_unit_test(the_guest_writes_to_its_own_copy),
        cmocka_unit_test(what_is_not_ram_or_not_in_the_file_is_refused),
        cmocka_unit_test(a_file_cut_while_it_is_used_does_not_kill),
        cmocka_unit_test(a_cut_is_found_by_looking),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
