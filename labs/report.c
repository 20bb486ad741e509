/* SPDX-License-Identifier: MIT */
#include "labs/report.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "common/text.h"

/* Strings that a student's program wrote are made valid UTF-8 without control characters. */
static json_t *clean_string(const char *text)
{
    char *clean = text ? text_clean(text) : NULL;
    json_t *string = clean ? json_string(clean) : json_null();

    free(clean);
    return string;
}

/* What to do. Where nothing was built, no test can say more than that. */
static const char *advice_of(const struct verdict *verdict)
{
    if (verdict->unbuilt && verdict->test->kind != LAB_TEST_BUILD)
        return _("There was no program to test: first mend the build.");
    return lab_test_advice(verdict->test);
}

/* What to type to see it again: in the student's folder, without a box. */
static void command_to_repeat(const struct grade *grade, const struct verdict *verdict, char *text,
                              size_t size)
{
    const struct lab_test *test = verdict->test;

    if (verdict->unbuilt)
        snprintf(text, size, "make %s", grade->lab->program);
    else if (test->repeat)
        snprintf(text, size, "%s", test->repeat);
    else if (test->kind == LAB_TEST_BUILD)
        snprintf(text, size, "make %s", grade->lab->program);
    else
        snprintf(text, size, "virtlab lab check %.2s %s", grade->lab->name, test->name);
}

static json_t *verdict_json(const struct grade *grade, const struct verdict *verdict)
{
    char repeat[512];
    bool failed = verdict->outcome == OUTCOME_FAIL;

    command_to_repeat(grade, verdict, repeat, sizeof repeat);
    return json_pack(
        "{s:s, s:s, s:b, s:s, s:i, s:i, s:o, s:o, s:o, s:o, s:o}", "test", verdict->test->name,
        "title", lab_test_title(verdict->test), "hidden", (int)verdict->test->hidden, "outcome",
        grade_outcome_name(verdict->outcome), "points", (int)verdict->test->points, "gained",
        (int)verdict->points, "expected", clean_string(verdict->expected), "seen",
        clean_string(verdict->seen), "advice", clean_string(failed ? advice_of(verdict) : NULL),
        "repeat", clean_string(failed ? repeat : NULL), "reason", clean_string(verdict->reason));
}

json_t *report_json(const struct grade *grade)
{
    json_t *tests = json_array();

    for (size_t i = 0; tests && i < grade->count; i++)
        if (json_array_append_new(tests, verdict_json(grade, &grade->verdicts[i])) < 0) {
            json_decref(tests);
            return NULL;
        }
    return json_pack("{s:i, s:s, s:i, s:i, s:i, s:i, s:i, s:f, s:b, s:o}", "version", 1, "lab",
                     grade->lab->name, "score", (int)grade->score, "tried", (int)grade->tried,
                     "points", (int)grade->lab->points, "hidden_points",
                     (int)grade->lab->points_hidden, "later", (int)grade->later, "time_factor",
                     grade->factor, "interrupted", (int)grade->interrupted, "tests", tests);
}

/* A text of several lines goes on below itself; nothing in it can begin a line of its own. */
static void print_line(FILE *out, const char *before, const char *name, const char *text)
{
    char *copy = text ? strdup(text) : NULL, *rest = copy;

    for (char *line; copy && (line = strsep(&rest, "\n"));) {
        if (line == copy)
            fprintf(out, "%s%s  ", before, name);
        else if (*line == '\0' && !rest)
            break;
        else
            fprintf(out, "%s          | ", before);
        text_print_clean(out, line);
        fputc('\n', out);
    }
    free(copy);
}

static void print_details(const struct grade *grade, const struct verdict *verdict,
                          const char *before, FILE *out)
{
    char repeat[512];

    print_line(out, before, _("reason  "), verdict->reason);
    if (verdict->outcome != OUTCOME_FAIL)
        return;
    command_to_repeat(grade, verdict, repeat, sizeof repeat);
    print_line(out, before, _("expected"), verdict->expected);
    print_line(out, before, _("seen    "), verdict->seen);
    print_line(out, before, _("do this "), advice_of(verdict));
    print_line(out, before, _("repeat  "), repeat);
}

static void print_text(const struct grade *grade, FILE *out)
{
    static const char *const words[] = {"OK", "FAIL", "SKIP", "BROKEN"};
    unsigned lost = 0;

    for (size_t i = 0; i < grade->count; i++) {
        const struct verdict *verdict = &grade->verdicts[i];
        fprintf(out, "%-6s  %-20s %3u/%-3u %s\n", words[verdict->outcome], verdict->test->name,
                verdict->points, verdict->test->points, lab_test_title(verdict->test));
        print_details(grade, verdict, "          ", out);
        if (verdict->outcome == OUTCOME_SKIP || verdict->outcome == OUTCOME_BROKEN)
            lost += verdict->test->points;
    }
    fprintf(out, "\n");
    fprintf(out, _("Score: %u/%u"), grade->score, grade->tried);
    fputc('\n', out);
    if (lost > 0)
        fprintf(out,
                _("%u points could not be tried on this machine and do not count against you.\n"),
                lost);
    if (grade->later > 0)
        fprintf(out, _("Tests of later steps: %zu. They are made when this step is done.\n"),
                grade->later);
    if (grade->lab->points_hidden > 0)
        fprintf(out, _("%u points more are in tests that your teacher has.\n"),
                grade->lab->points_hidden);
    if (grade->interrupted)
        fputs(_("Interrupted: the tests that are missing were not made.\n"), out);
}

static void print_tap(const struct grade *grade, FILE *out)
{
    fprintf(out, "TAP version 13\n1..%zu\n", grade->count);
    for (size_t i = 0; i < grade->count; i++) {
        const struct verdict *verdict = &grade->verdicts[i];
        bool passed = verdict->outcome == OUTCOME_OK || verdict->outcome == OUTCOME_SKIP;
        fprintf(out, "%sok %zu - %s: %s", passed ? "" : "not ", i + 1, verdict->test->name,
                lab_test_title(verdict->test));
        if (verdict->outcome == OUTCOME_SKIP) {
            fputs(" # SKIP ", out);
            text_print_clean(out, verdict->reason ? verdict->reason : "");
        }
        fputc('\n', out);
        if (!passed)
            print_details(grade, verdict, "# ", out);
    }
    if (grade->later > 0)
        fprintf(out, "# later %zu\n", grade->later);
    fprintf(out, "# score %u of %u\n", grade->score, grade->tried);
    if (grade->interrupted)
        fputs("Bail out! interrupted\n", out);
}

int report_grade(const struct grade *grade, enum report_form form, FILE *out, struct error *error)
{
    if (form == REPORT_TEXT) {
        print_text(grade, out);
    } else if (form == REPORT_TAP) {
        print_tap(grade, out);
    } else {
        json_t *json = report_json(grade);
        if (!json)
            return error_set_errno(error, ENOMEM, "cannot show the grade");
        json_dumpf(json, out, JSON_INDENT(2));
        fputc('\n', out);
        json_decref(json);
    }
    return 0;
}
