/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/progress.h"
#include "bench/process/output.h"
#include "common/clock.h"

/* What is said of output, cut into pieces of that size, against reference. */
static const char *judge(const char *reference_text, const char *output, size_t piece)
{
    static char text[128];
    struct output_reference reference;
    struct output_comparison comparison;

    output_reference_start(&reference);
    for (size_t i = 0; i < strlen(reference_text); i += 3) {
        size_t left = strlen(reference_text) - i;
        output_reference_add(&reference, reference_text + i, left < 3 ? left : 3);
    }
    output_comparison_start(&comparison, &reference);
    for (size_t i = 0; i < strlen(output); i += piece) {
        size_t left = strlen(output) - i;
        output_comparison_add(&comparison, output + i, left < piece ? left : piece);
    }
    bool differs = output_comparison_end(&comparison, text, sizeof text);
    output_reference_free(&reference);
    return differs ? text : "same";
}

static void the_first_byte_that_differs_is_found(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < 8; piece++) {
        assert_string_equal(judge("", "", piece), "same");
        assert_string_equal(judge("abcdefgh", "abcdefgh", piece), "same");
        assert_string_equal(judge("abcdefgh", "Abcdefgh", piece),
                            "its output differs from byte 0 on");
        assert_string_equal(judge("abcdefgh", "abcdeXgY", piece),
                            "its output differs from byte 5 on");
        assert_string_equal(judge("abcdefgh", "abcdefg", piece),
                            "its output has 7 bytes instead of 8");
        assert_string_equal(judge("abcdefgh", "abcdefghi", piece),
                            "its output has 9 bytes instead of 8");
        assert_string_equal(judge("", "x", piece), "its output has 1 bytes instead of 0");
    }
}

static void behind_what_is_kept_the_hash_decides(void **state)
{
    struct output_reference reference;
    struct output_comparison same, other;
    char *piece = malloc(1 << 20), text[128];
    (void)state;

    memset(piece, 'x', 1 << 20);
    output_reference_start(&reference);
    output_comparison_start(&same, &reference);
    output_comparison_start(&other, &reference);
    for (int i = 0; i < (OUTPUT_KEPT_MAX >> 20) + 1; i++)
        output_reference_add(&reference, piece, 1 << 20);
    assert_int_equal(reference.kept, OUTPUT_KEPT_MAX);
    assert_true(reference.room <= OUTPUT_KEPT_MAX);
    for (int i = 0; i < (OUTPUT_KEPT_MAX >> 20) + 1; i++) {
        output_comparison_add(&same, piece, 1 << 20);
        if (i == OUTPUT_KEPT_MAX >> 20)
            piece[77] = 'y';
        output_comparison_add(&other, piece, 1 << 20);
    }
    assert_false(output_comparison_end(&same, text, sizeof text));
    assert_true(output_comparison_end(&other, text, sizeof text));
    assert_string_equal(text, "its output differs somewhere after byte 67108864");
    output_reference_free(&reference);
    free(piece);
}

static const char *bar(int64_t done_s, int64_t expected_s, int64_t spent_s, int width)
{
    static char line[256];
    struct progress progress = {
        .expected_ns = expected_s * NS_PER_S, .done_ns = done_s * NS_PER_S, .what = "overhead"};

    progress_format(&progress, spent_s * NS_PER_S, width, line, sizeof line);
    return line;
}

static void the_bar_fits_and_tells_the_time_left(void **state)
{
    (void)state;
    assert_string_equal(bar(0, 100, 5, 60), "[                              ]   0 %  overhead");
    assert_string_equal(bar(50, 100, 50, 80),
                        "[###############               ]  50 %  0:50 left  overhead");
    /* Half of the plan took twice as long as planned: so will the rest. */
    assert_string_equal(bar(50, 100, 100, 50), "[##########          ]  50 %  1:40 left  overhead");
    assert_string_equal(bar(100, 100, 90, 80),
                        "[##############################] 100 %  0:00 left  overhead");
    assert_string_equal(bar(120, 100, 90, 80),
                        "[##############################] 100 %  0:00 left  overhead");
    assert_string_equal(bar(0, 0, 0, 80), "[                              ]   0 %  overhead");
    for (int width = 1; width < 100; width++)
        assert_true((int)strlen(bar(50, 100, 50, width)) <= width);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_byte_that_differs_is_found),
        cmocka_unit_test(behind_what_is_kept_the_hash_decides),
        cmocka_unit_test(the_bar_fits_and_tells_the_time_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
