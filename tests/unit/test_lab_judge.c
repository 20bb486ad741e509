/* SPDX-License-Identifier: MIT */
/* What a student's program writes, held against a pattern: it decides about a test, not about the
 * grader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "labs/judge.h"

static void a_pattern_is_held_against_each_line(void **state)
{
    (void)state;
    assert_true(judge_matches("one\ntwo\nthree\n", "^two$"));
    assert_true(judge_matches("one\ntwo", "^two$"));
    assert_false(judge_matches("one\ntwo\n", "one.two"));
    assert_false(judge_matches("one\ntwo\n", "^one[^x]two"));
    assert_false(judge_matches("one two\n", "^two"));
    assert_false(judge_matches("two one\n", "two$"));
    assert_true(judge_matches("one\n\ntwo\n", "^$"));
    assert_false(judge_matches("", "."));
}

/* As much as a box lets out, in one line, where a search from every place would take an hour. */
static void an_endless_line_is_looked_at_from_its_beginning_only(void **state)
{
    char *text = malloc(BOX_OUTPUT_MAX + 3);

    (void)state;
    assert_non_null(text);
    memset(text, 'a', BOX_OUTPUT_MAX);
    strcpy(text + BOX_OUTPUT_MAX, "b\n");
    assert_true(judge_matches(text, "^a{80}"));
    assert_false(judge_matches(text, "b$"));
    assert_false(judge_matches(text, "^a+$")); /* where it is cut is no end of a line */
    assert_false(judge_matches(text, "a.*c"));
    memcpy(text + BOX_OUTPUT_MAX - 5, "\nend\n", 6);
    assert_true(judge_matches(text, "^end$"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pattern_is_held_against_each_line),
        cmocka_unit_test(an_endless_line_is_looked_at_from_its_beginning_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
