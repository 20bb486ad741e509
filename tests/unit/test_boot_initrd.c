/* SPDX-License-Identifier: MIT */
/* What comes with a kernel: initrd, archive, command line; and files that are none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/stat.h>

#include "tests/unit/boot_loading.h"

static void the_initrd_lies_high_and_the_archive_behind_it(void **state)
{
    static uint8_t bytes[3 * 4096];
    static const size_t sizes[] = {0, 1, 4095, 4096, 4097, sizeof bytes};
    struct kernel_bytes kernel;
    (void)state;

    memset(bytes, 0x5a, sizeof bytes);
    for (size_t i = 0; i < 6; i++) {
        for (size_t j = 0; j < 6; j++) {
            struct loading loading = {0};
            struct file initrd = new_file(bytes, sizes[i]), extra = new_file("070701extra", 11);
            if (sizes[j] > 0)
                assert_int_equal(ftruncate(extra.fd, (off_t)sizes[j]), 0);
            kernel_bytes_bzimage(&kernel);
            loading.request.initrd = initrd.path;
            loading.request.initrd_extra_fd = sizes[j] > 0 ? extra.fd : -1;
            load(&loading, &kernel);
            assert_int_equal(loading.result, 0);

            const struct boot_params *params = at(&loading, LAYOUT_ZERO_PAGE, sizeof *params);
            const uint64_t start = params->hdr.ramdisk_image, size = params->hdr.ramdisk_size;
            assert_int_equal(loading.start.initrd_gpa, start);
            assert_int_equal(loading.start.initrd_bytes, size);
            if (size == 0) {
                assert_true(sizes[i] == 0 && sizes[j] == 0);
            } else {
                assert_int_equal(start % PAGE, 0);
                assert_int_equal((start + size + PAGE - 1) / PAGE * PAGE, MEMORY);
                const uint8_t *ram = at(&loading, start, MEMORY - start);
                assert_memory_equal(ram, bytes, sizes[i]);
                const uint64_t behind = size - sizes[j];
                assert_int_equal(behind % 4 == 0 || sizes[j] == 0, 1);
                assert_true(behind >= sizes[i] && behind < sizes[i] + PAGE);
                for (uint64_t k = sizes[i]; k < behind; k++)
                    assert_int_equal(ram[k], 0);
                assert_memory_equal(ram + behind, "070701extra", sizes[j] < 11 ? sizes[j] : 11);
                for (uint64_t k = size; k < MEMORY - start; k++)
                    assert_int_equal(ram[k], 0);
            }
            finish(&loading);
            close(initrd.fd);
            close(extra.fd);
        }
    }
}

static void the_initrd_stays_below_what_the_kernel_says(void **state)
{
    struct loading loading = {0};
    struct file initrd = new_file("initrd", 6);
    struct kernel_bytes kernel;
    (void)state;

    kernel_bytes_bzimage(&kernel);
    kernel.bzimage.setup.initrd_addr_max = 0x2000fff;
    loading.request.initrd = initrd.path;
    load(&loading, &kernel);
    assert_int_equal(loading.result, 0);
    assert_int_equal(loading.start.initrd_gpa, 0x2000000);
    finish(&loading);

    kernel.bzimage.setup.xloadflags |= SETUP_CAN_BE_LOADED_ABOVE_4G;
    load(&loading, &kernel);
    assert_int_equal(loading.start.initrd_gpa, MEMORY - PAGE);
    finish(&loading);

    static const uint32_t too_low[] = {0, 0xfff, KERNEL_START, KERNEL_START + 0x10000};
    kernel.bzimage.setup.xloadflags = SETUP_KERNEL_64;
    for (size_t i = 0; i < 4; i++) {
        kernel.bzimage.setup.initrd_addr_max = too_low[i];
        load(&loading, &kernel);
        assert_int_equal(loading.result, -ENOMEM);
        assert_non_null(strstr(loading.error.text, "below"));
        finish(&loading);
    }
    close(initrd.fd);
}

static void an_initrd_that_does_not_fit_is_refused(void **state)
{
    static const off_t sizes[] = {MEMORY - KERNEL_START - 0x10000, MEMORY, 5 * LAYOUT_GIB,
                                  INT64_MAX / 2};
    struct kernel_bytes kernel;
    (void)state;

    for (size_t i = 0; i < 8; i++) {
        struct loading loading = {0};
        struct file file = new_file("", 0);
        if (ftruncate(file.fd, sizes[i / 2]) < 0) { /* this file system has smaller files */
            close(file.fd);
            continue;
        }
        kernel_bytes_bzimage(&kernel);
        loading.request.initrd = i % 2 ? NULL : file.path;
        loading.request.initrd_extra_fd = i % 2 ? file.fd : -1;
        load(&loading, &kernel);
        assert_int_equal(loading.result, i < 2 ? 0 : i < 4 ? -ENOMEM : -EFBIG);
        finish(&loading);
        close(file.fd);
    }
}

static void the_command_line_is_as_long_as_the_kernel_takes(void **state)
{
    static const struct {
        uint32_t takes;
        size_t length;
        int result;
    } cases[] = {
        {2047,       2047, 0     },
        {2047,       2048, -E2BIG},
        {0,          0,    0     },
        {0,          1,    -E2BIG},
        {UINT32_MAX, 4095, 0     },
        {UINT32_MAX, 4096, -E2BIG}
    };
    struct kernel_bytes kernel;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char line[5000] = "";
        struct loading loading = {.request.command_line = line};
        memset(line, 'a', cases[i].length);
        kernel_bytes_bzimage(&kernel);
        kernel.bzimage.setup.cmdline_size = cases[i].takes;
        load(&loading, &kernel);
        assert_int_equal(loading.result, cases[i].result);
        if (loading.result == 0)
            assert_string_equal(at(&loading, LAYOUT_COMMAND, LAYOUT_COMMAND_MAX), line);
        finish(&loading);
    }
}

static void what_is_no_file_is_refused_and_nothing_waits(void **state)
{
    char folder[] = "/tmp/virtlab-test.XXXXXX", fifo[64];
    struct ram ram = boot_ram_new(LAYOUT_RAM_MIN);
    struct kernel_start start;
    struct error error;
    (void)state;

    assert_non_null(mkdtemp(folder));
    snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    const struct {
        const char *path;
        int result;
    } cases[] = {
        {"/nonexistent", -ENOENT},
        {folder,         -EISDIR},
        {fifo,           -EINVAL},
        {"/dev/null",    -EINVAL}
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct kernel_request request = {.kernel = cases[i].path, .initrd_extra_fd = -1};
        assert_int_equal(kernel_load(&ram, &request, &start, &error), cases[i].result);
        assert_non_null(strstr(error.text, cases[i].path));
    }
    unlink(fifo);
    rmdir(folder);
    ram_destroy(&ram);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_initrd_lies_high_and_the_archive_behind_it),
        cmocka_unit_test(the_initrd_stays_below_what_the_kernel_says),
        cmocka_unit_test(an_initrd_that_does_not_fit_is_refused),
        cmocka_unit_test(the_command_line_is_as_long_as_the_kernel_takes),
        cmocka_unit_test(what_is_no_file_is_refused_and_nothing_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
