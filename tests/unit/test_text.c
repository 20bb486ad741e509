/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

static void numbers_outside_their_range_are_refused(void **state)
{
    (void)state;
    uint64_t value = 7;

    assert_true(text_parse_u64("42", 1, 42, &value));
    assert_int_equal(value, 42);
    assert_false(text_parse_u64("43", 1, 42, &value));
    assert_false(text_parse_u64("0", 1, 42, &value));
    assert_false(text_parse_u64("18446744073709551616", 0, UINT64_MAX, &value));
    assert_int_equal(value, 42);
}

static void anything_but_digits_is_no_number(void **state)
{
    static const char *const wrong[] = {"", " 1", "1 ", "-1", "+1", "0x10", "1e3", "١"};
    (void)state;
    uint64_t value;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(text_parse_u64(wrong[i], 0, UINT64_MAX, &value));
}

static void sizes_take_binary_suffixes(void **state)
{
    (void)state;
    uint64_t bytes;

    assert_true(text_parse_bytes("4096", 0, UINT64_MAX, &bytes));
    assert_int_equal(bytes, 4096);
    assert_true(text_parse_bytes("64M", 0, UINT64_MAX, &bytes));
    assert_int_equal(bytes, 64 << 20);
    assert_false(text_parse_bytes("64MB", 0, UINT64_MAX, &bytes));
    assert_false(text_parse_bytes("M", 0, UINT64_MAX, &bytes));
    assert_false(text_parse_bytes("16777216T", 0, UINT64_MAX, &bytes));
}

static void seconds_have_decimals(void **state)
{
    (void)state;
    int64_t ns;

    assert_true(text_parse_seconds("1.5", &ns));
    assert_int_equal(ns, 1500000000);
    assert_true(text_parse_seconds("0.000000001", &ns));
    assert_int_equal(ns, 1);
    assert_false(text_parse_seconds("0.0000000001", &ns));
    assert_false(text_parse_seconds(".5", &ns));
    assert_false(text_parse_seconds("-1", &ns));
    assert_false(text_parse_seconds("99999999999999999999", &ns));
}

static char *printed(void (*print)(FILE *, const char *), const char *text)
{
    char *result;
    size_t size;
    FILE *out = open_memstream(&result, &size);

    print(out, text);
    fclose(out);
    return result;
}

static void assert_printed(void (*print)(FILE *, const char *), const char *text,
                           const char *expected)
{
    char *result = printed(print, text);
    assert_string_equal(result, expected);
    free(result);
}

static void nothing_printed_clean_can_move_the_cursor(void **state)
{
    (void)state;
    assert_printed(text_print_clean, "\033[2J", "\\x1b[2J");
    assert_printed(text_print_clean, "a\nb\x7f", "a\\x0ab\\x7f");
    assert_printed(text_print_clean, "\xc2\x9b", "\\xc2\\x9b");
    assert_printed(text_print_clean, "\xff\xc0\x80", "\\xff\\xc0\\x80");
    assert_printed(text_print_clean, "물리서버", "물리서버");
}

static void nothing_printed_clean_can_change_the_order_of_reading(void **state)
{
    (void)state;
    /* U+202E, right-to-left override; U+2066, isolate; U+2028, line separator */
    assert_printed(text_print_clean, "a\xe2\x80\xaez", "a\\xe2\\x80\\xaez");
    assert_printed(text_print_clean, "\xe2\x81\xa6", "\\xe2\\x81\\xa6");
    assert_printed(text_print_clean, "\xe2\x80\xa8", "\\xe2\\x80\\xa8");
    assert_printed(text_print_clean, "8.4–9.3 …", "8.4–9.3 …");
    assert_printed(text_print_json, "\xe2\x80\xae\xc2\x9b", "\"\\u202e\\u009b\"");
}

static void html_has_no_markup_of_the_text(void **state)
{
    (void)state;
    assert_printed(text_print_html, "<a b=\"c\" d='e'>&",
                   "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;");
    assert_printed(text_print_html, "\x1b[m µ", "\\x1b[m µ");
}

static void json_strings_are_always_valid(void **state)
{
    (void)state;
    assert_printed(text_print_json, "a\"\\\n", "\"a\\\"\\\\\\u000a\"");
    assert_printed(text_print_json, "\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
    assert_printed(text_print_json, "µ", "\"µ\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_outside_their_range_are_refused),
        cmocka_unit_test(anything_but_digits_is_no_number),
        cmocka_unit_test(sizes_take_binary_suffixes),
        cmocka_unit_test(seconds_have_decimals),
        cmocka_unit_test(nothing_printed_clean_can_move_the_cursor),
        cmocka_unit_test(nothing_printed_clean_can_change_the_order_of_reading),
        cmocka_unit_test(html_has_no_markup_of_the_text),
        cmocka_unit_test(json_strings_are_always_valid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
