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
    /* The second line of a head is drawn only where a column has one. */
    const char *head = "                       native   container\n"
                       "start to first output";
    assert_non_null(strstr(text, head));
    assert_non_null(strstr(text, "start to first output  0.44 ms  3.9 ms\n"));
    assert_non_null(strstr(text, "start to first output  2.1 ms\n"));
    /* A column without a value is told once. */
    assert_non_null(strstr(text, "VM, Linux guest: skipped [1]\n"));
    assert_null(strstr(text, "start to first output  skipped [1]\n"));
    free(text);
    table_free(table);
    /* A row that says more about another is left out of a block in which it says nothing. */
    table = first_table();
    table_add_row(table, 0);
    table_put_string(table, "image", NULL);
    for (int i = 1; i <= 4; i++)
        table_put_integer(table, i, NULL);
    table_add_row(table, 1);
    table_put_string(table, "half", NULL);
    table_put_integer(table, 5, NULL);
    text = printed(table, TABLE_TEXT, 45);
    assert_non_null(strstr(text, "  half                 5\n"));
    assert_null(strstr(strstr(text, "  half") + 1, "  half"));
    free(text);
    table_free(table);
}

static void only_columns_of_one_word_are_told_in_a_line(void **state)
{
    static const struct table_column columns[] = {
        {"m", "",       0},
        {"s", "skips",  0},
        {"f", "fails",  0},
        {"a", "first",  0},
        {"t", "both",   0},
        {"b", "second", 0},
    };
    struct table *table = table_new(NULL, NULL);

    (void)state;
    table_set_columns(table, columns, 6);
    for (int row = 0; row < 2; row++) {
        table_add_row(table, 0);
        table_put_string(table, row ? "end" : "start", NULL);
        table_put_none(table, "skipped");
        table_put_none(table, "failed");
        table_put_integer(table, 7, "7 of A"); /* values, if always the same */
        table_put_none(table, row ? "failed" : "skipped");
        table_put_integer(table, row, "%d of B", row);
    }
    char *text = printed(table, TABLE_TEXT, 46); /* as wide as it wants to be */
    assert_null(strstr(text, "skips: "));
    free(text);
    text = printed(table, TABLE_TEXT, 42); /* closer together */
    assert_null(strstr(text, "skips: "));
    assert_non_null(strstr(text, "start skipped failed 7 of A skipped 0 of B\n"));
    free(text);
    text = printed(table, TABLE_TEXT, 36);
    assert_string_equal(text, "       first   both     second\n"
                              "start  7 of A  skipped  0 of B\n"
                              "end    7 of A  failed   1 of B\n"
                              "skips: skipped\n"
                              "fails: failed\n");
    free(text);
    table_free(table);
    /* Where that is all there is, it stays a table. */
    table = table_new(NULL, NULL);
    table_set_columns(table, columns, 3);
    table_add_row(table, 0);
    table_put_string(table, "start", NULL);
    table_put_none(table, "skipped");
    table_put_none(table, "failed");
    text = printed(table, TABLE_TEXT, 18);
    assert_null(strstr(text, ": "));
    free(text);
    table_free(table);
}

static void columns_close_up_before_they_are_torn_apart(void **state)
{
    struct table *table = first_table();

    (void)state;
    /* A value, so that the last column cannot be told in one line. */
    table_add_row(table, 0);
    table_put_string(table, "image", NULL);
    for (int i = 1; i <= 4; i++)
        table_put_integer(table, i, NULL);
    /* As wide as it wants to be: 77 columns. Then closer together, then with broken names. */
    for (int width = 77; width >= 66; width--) {
        char *text = printed(table, TABLE_TEXT, width);
        assert_no_line_is_wider(text, width);
        assert_null(strstr(text, "\n\n"));
        free(text);
    }
    char *text = printed(table, TABLE_TEXT, 73);
    assert_non_null(
        strstr(text, "start to first output 0.44 ms 3.9 ms        2.1 ms          skipped [1]\n"));
    free(text);
    text = printed(table, TABLE_TEXT, 66);
    assert_non_null(strstr(text, "start to first   0.44 ms "));
    assert_non_null(strstr(text, "\noutput\n"));
    free(text);
    table_free(table);
}

static void wide_and_combining_characters_stay_in_their_columns(void **state)
{
    static const struct table_column columns[] = {
        {"term",  "용어", 0          },
        {"value", "값",    TABLE_RIGHT},
        {"end",   "|",      0          }
    };
    struct table *table = table_new(NULL, NULL);

    (void)state;
    assert_int_equal(width_of("물리서버"), 8);
    assert_int_equal(width_of("e\u0301"), 1);
    table_set_columns(table, columns, 3);
    table_add_row(table, 0);
    table_put_string(table, "물리서버", NULL);
    table_put_integer(table, 7, NULL);
    table_put_string(table, "|", NULL);
    table_add_row(table, 0);
    table_put_string(table, "cafe\u0301", NULL);
    table_put_integer(table, 1234, NULL);
    table_put_string(table, "|", NULL);
    assert_prints(table, TABLE_TEXT, 80,
                  "용어        값  |\n"
                  "물리서버     7  |\n"
                  "cafe\u0301      1234  |\n");
}

static void a_wide_character_is_never_cut_in_half(void **state)
{
    size_t skip;

    (void)state;
    /* Two syllables take four columns; a fifth column cannot hold half of the next. */
    assert_int_equal(width_line("가상서버", 5, &skip), 6);
    assert_int_equal(skip, 0);
    assert_int_equal(width_line("가상 서버", 5, &skip), 6);
    assert_int_equal(skip, 1);
    assert_int_equal(width_line("가", 1, &skip), 3); /* at least one, or a loop would not end */
}

static void cells_wrap_where_their_column_allows_it(void **state)
{
    static const struct table_column columns[] = {
        {"a", "", 0         },
        {"b", "", TABLE_WRAP}
    };
    struct table *table = table_new(NULL, NULL);

    (void)state;
    table_set_columns(table, columns, 2);
    table_add_heading(table, "Kernel");
    table_add_row(table, 1);
    table_put_string(table, "perf", NULL);
    table_put_string(table, "there are no counters, and averyveryverylongwordhere", NULL);
    assert_prints(table, TABLE_TEXT, 28,
                  "Kernel\n"
                  "  perf  there are no\n"
                  "        counters, and\n"
                  "        averyveryverylongwor\n"
                  "        dhere\n");
}

static struct table *hostile_table(void)
{
    static const struct table_column columns[] = {
        {"name",  "name",  0},
        {"value", "value", 0}
    };
    struct table *table = table_new("<title>", NULL);

    table_set_columns(table, columns, 2);
    table_add_row(table, 0);
    table_put_string(table, "\033[2J,\"\r\n", NULL);
    table_put_string(table, "=cmd|'x'!A1", NULL);
    table_footnote(table, "%s", "<b>*no*\xff, \"really\"");
    return table;
}

static void csv_is_what_rfc_4180_says(void **state)
{
    struct table *table = first_table();
    char *text = printed(table, TABLE_CSV, 0);

    (void)state;
    const char *expected =
        "\"measure\",\"native_ns\",\"container_ns\",\"vm_ns\",\"vm_linux_ns\",\"notes\"\r\n"
        "\"start\",440000,3900000,2100000,,\"vm_linux_ns: KVM here is the software back end: "
        "it cannot run a Linux guest\"\r\n"
        "\"start_ratio\",1,8.9,4.8,,\r\n";
    assert_memory_equal(text, expected, strlen(expected));
    free(text);
    table_free(table);
}

static void json_is_an_array_of_typed_objects(void **state)
{
    static const struct table_column columns[] = {
        {"s", "", 0          },
        {"i", "", 0          },
        {"n", "", 0          },
        {"b", "", 0          },
        {"x", "", 0          },
        {"h", "", TABLE_HUMAN}
    };
    struct table *table = table_new("title", NULL);

    (void)state;
    table_set_columns(table, columns, 6);
    table_add_heading(table, "not here");
    table_add_row(table, 0);
    table_put_string(table, "a\"b", "shown");
    table_put_integer(table, INT64_MIN, NULL);
    table_put_number(table, 0.1, NULL);
    table_put_bool(table, true, NULL);
    table_put_none(table, "skipped");
    table_footnote(table, "because");
    table_put_string(table, "for people", NULL);
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_integer(table, 0, NULL);
    table_put_number(table, NAN, NULL);
    assert_prints(table, TABLE_JSON, 0,
                  "[\n {\"s\": \"a\\\"b\", \"i\": -9223372036854775808, \"n\": 0.1, \"b\": true, "
                  "\"x\": null, \"notes\": {\"x\": \"because\"}},\n"
                  " {\"s\": \"\", \"i\": 0, \"n\": null, \"b\": null, \"x\": null, \"notes\": {}}\n"
                  "]\n");
}

static void an_empty_table_is_an_empty_array(void **state)
{
    static const struct table_column columns[] = {
        {"a", "a", 0}
    };
    struct table *table = table_new(NULL, NULL);

    (void)state;
    table_set_columns(table, columns, 1);
    assert_prints(table, TABLE_JSON, 0, "[\n]\n");
}

static void hostile_cells_are_harmless_in_every_form(void **state)
{
    (void)state;
    assert_prints(hostile_table(), TABLE_TEXT, 80,
                  "<title>\n"
                  "name               value\n"
                  "\\x1b[2J,\"\\x0d\\x0a  =cmd|'x'!A1 [1]\n"
                  "[1] <b>*no*\\xff, \"really\"\n");
    assert_prints(hostile_table(), TABLE_CSV, 0,
                  "\"name\",\"value\",\"notes\"\r\n"
                  "\"\\x1b[2J,\"\"\\x0d\\x0a\",\"'=cmd|'x'!A1\","
                  "\"value: <b>*no*\\xff, \"\"really\"\"\"\r\n");
    assert_prints(hostile_table(), TABLE_JSON, 0,
                  "[\n {\"name\": \"\\u001b[2J,\\\"\\u000d\\u000a\", \"value\": \"=cmd|'x'!A1\", "
                  "\"notes\": {\"value\": \"<b>*no*\\ufffd, \\\"really\\\"\"}}\n]\n");
    assert_prints(hostile_table(), TABLE_MARKDOWN, 0,
                  "**&lt;title&gt;**\n\n| name | value |\n|---|---|\n"
                  "| \\\\x1b\\[2J,&quot;\\\\x0d\\\\x0a | =cmd\\|&#39;x&#39;!A1 \\[1\\] |\n\n"
                  "- \\[1\\] &lt;b&gt;\\*no\\*\\\\xff, &quot;really&quot;\n");
    assert_prints(
        hostile_table(), TABLE_HTML, 0,
        "<table>\n<caption>&lt;title&gt;</caption>\n"
        "<thead><tr><th scope=\"col\">name</th><th scope=\"col\">value</th></tr></thead>\n"
        "<tbody>\n<tr><th scope=\"row\" class=\"indent0\">"
        "\\x1b[2J,&quot;\\x0d\\x0a</th>"
        "<td class=\"text\">=cmd|&#39;x&#39;!A1<sup>[1]</sup></td></tr>\n"
        "</tbody></table>\n<ul class=\"notes\">\n"
        "<li><span class=\"mark\">[1]</span> &lt;b&gt;*no*\\xff, &quot;really&quot;</li>\n"
        "</ul>\n");
}

static void the_same_reason_has_one_number(void **state)
{
    struct table *table = first_table();
    char *text = printed(table, TABLE_TEXT, 80);

    (void)state;
    assert_null(strstr(text, "[2]"));
    free(text);
    table_free(table);
}

static void too_many_cells_are_an_error(void **state)
{
    static const struct table_column columns[] = {
        {"a", "a", 0}
    };
    struct table *table = table_new(NULL, NULL);
    struct error error;

    (void)state;
    table_set_columns(table, columns, 1);
    table_add_row(table, 0);
    table_put_string(table, "1", NULL);
    table_put_string(table, "2", NULL);
    assert_true(table_print(table, TABLE_CSV, stdout, &error) < 0);
    table_free(table);
}

static void another_character_set_gets_ascii(void **state)
{
    (void)state;
    setlocale(LC_CTYPE, "C");
    char *text = width_for_locale("8.4–9.3 µs … 한");
    setlocale(LC_CTYPE, "C.UTF-8");
    assert_string_equal(text, "8.4-9.3 us ... ?");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_table_fits_80_columns),
        cmocka_unit_test(a_narrow_terminal_gets_blocks_and_loses_nothing),
        cmocka_unit_test(only_columns_of_one_word_are_told_in_a_line),
        cmocka_unit_test(columns_close_up_before_they_are_torn_apart),
        cmocka_unit_test(wide_and_combining_characters_stay_in_their_columns),
        cmocka_unit_test(a_wide_character_is_never_cut_in_half),
        cmocka_unit_test(cells_wrap_where_their_column_allows_it),
        cmocka_unit_test(csv_is_what_rfc_4180_says),
        cmocka_unit_test(json_is_an_array_of_typed_objects),
        cmocka_unit_test(an_empty_table_is_an_empty_array),
        cmocka_unit_test(hostile_cells_are_harmless_in_every_form),
        cmocka_unit_test(the_same_reason_has_one_number),
        cmocka_unit_test(too_many_cells_are_an_error),
        cmocka_unit_test(another_character_set_gets_ascii),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
