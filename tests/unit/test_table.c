/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/table.h"
#include "common/width.h"

static const struct table_column first_columns[] = {
    {"measure",      "",                    0},
    {"native_ns",    "native",              0},
    {"container_ns", "container",           0},
    {"vm_ns",        "VM\nno guest kernel", 0},
    {"vm_linux_ns",  "VM\nLinux guest",     0},
};

/* The table that virtlab was designed around (docs/formats.md). */
static struct table *first_table(void)
{
    struct table *table = table_new("One program, several boxes", "host: EPYC, KVM: software");
    static const char reason[] = "KVM here is the software back end: it cannot run a Linux guest";

    table_set_columns(table, first_columns, 5);
    table_add_row(table, 0);
    table_put_string(table, "start", "start to first output");
    table_put_integer(table, 440000, "%.2f ms", 0.44);
    table_put_integer(table, 3900000, "%.1f ms", 3.9);
    table_put_integer(table, 2100000, "%.1f ms", 2.1);
    table_put_none(table, "skipped");
    table_footnote(table, "%s", reason);
    table_add_row(table, 1);
    table_put_string(table, "start_ratio", "ratio to native");
    table_put_number(table, 1, "1");
    table_put_number(table, 8.9, "8.9 [8.4–9.3]");
    table_put_number(table, 4.8, "4.8 [4.5–5.0]");
    table_add_row(table, 0);
    table_put_string(table, "integer", "integer work");
    table_put_integer(table, 112000000, "112 ms");
    table_put_integer(table, 112000000, "112 ms");
    table_put_integer(table, 113000000, "113 ms");
    table_put_none(table, "skipped");
    table_footnote(table, "%s", reason);
    table_note(table, "~", "within this machine's noise today (A/A %.1f %%), 40 runs, seed 7", 2.1);
    return table;
}

static char *printed(const struct table *table, enum table_form form, int width)
{
    char *text;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    struct error error;

    if (form == TABLE_TEXT)
        assert_int_equal(table_print_width(table, out, width, &error), 0);
    else
        assert_int_equal(table_print(table, form, out, &error), 0);
    fclose(out);
    return text;
}

static void assert_prints(struct table *table, enum table_form form, int width,
                          const char *expected)
{
    char *text = printed(table, form, width);

    assert_string_equal(text, expected);
    free(text);
    table_free(table);
}

static void assert_no_line_is_wider(const char *text, int width)
{
    while (*text) {
        size_t length = strcspn(text, "\n");
        assert_true(width_of_bytes(text, length) <= width);
        assert_true(length == 0 || text[length - 1] != ' ');
        text += length + 1;
    }
}

static void the_first_table_fits_80_columns(void **state)
{
    (void)state;
    assert_prints(
        first_table(), TABLE_TEXT, 80,
        "One program, several boxes                             host: EPYC, KVM: software\n"
        "                       native   container      VM               VM\n"
        "                                               no guest kernel  Linux guest\n"
        "start to first output  0.44 ms  3.9 ms         2.1 ms           skipped [1]\n"
        "  ratio to native      1        8.9 [8.4–9.3]  4.8 [4.5–5.0]\n"
        "integer work           112 ms   112 ms         113 ms           skipped [1]\n"
        "~   within this machine's noise today (A/A 2.1 %), 40 runs, seed 7\n"
        "[1] KVM here is the software back end: it cannot run a Linux guest\n");
}

static void a_narrow_terminal_gets_blocks_and_loses_nothing(void **state)
{
    (void)state;
    for (int width = 20; width < 100; width++) {
        struct table *table = first_table();
        char *text = printed(table, TABLE_TEXT, width);
        assert_no_line_is_wider(text, width);
        free(text);
        table_free(table);
    }
    struct table *table = first_table();
    char *text = printed(table, TABLE_TEXT, 45);
    assert_non_null(strstr(text, "start to first output  0.44 ms  3.9 ms\n"));
    assert_non_null(strstr(text, "start to first output  2.1 ms\n"));
    assert_non_null(strstr(text, "start to first output  skipped [1]\n"));
    free(text);
    table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_table_fits_80_columns),
        cmocka_unit_test(a_narrow_terminal_gets_blocks_and_loses_nothing),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
