/* SPDX-License-Identifier: MIT */
#include "labs/judge.h"

#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/exitcode.h"
#include "common/i18n.h"

enum {
    SHOWN_MAX = 160, /* bytes of an output in a verdict */
    /*
     * Bytes of a line that a pattern is held against, from its beginning. regexec(3) may take time
     * with the square of a line's length, and nothing bounds the grader's own.
     */
    MATCHED_MAX = 2048,
};

bool judge_matches(const char *text, const char *pattern)
{
    regex_t compiled;

    if (regcomp(&compiled, pattern, REG_EXTENDED | REG_NOSUB) != 0)
        return false;
    bool matches = false;
    for (const char *line = text; !matches;) {
        const size_t length = strcspn(line, "\n");
        const bool cut = length > MATCHED_MAX;
        regmatch_t bounds = {0, cut ? MATCHED_MAX : (regoff_t)length};
        matches = regexec(&compiled, line, 1, &bounds, REG_STARTEND | (cut ? REG_NOTEOL : 0)) == 0;
        if (line[length] == '\0')
            break;
        line += length + 1;
    }
    regfree(&compiled);
    return matches;
}

static void tell(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(char **text, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(text, format, arguments) < 0)
        *text = NULL;
    va_end(arguments);
}

/* The last line of what the program said of itself, or "". */
static const char *last_line(char *errors)
{
    size_t length = strlen(errors);

    while (length > 0 && errors[length - 1] == '\n')
        errors[--length] = '\0';
    const char *newline = strrchr(errors, '\n');
    return newline ? newline + 1 : errors;
}

static void tell_end(char **seen, const struct box_result *result)
{
    char errors[BOX_ERRORS_SIZE];
    const char *line;

    memcpy(errors, result->errors, sizeof errors);
    line = last_line(errors);
    if (result->exit > EXIT_SIGNAL_BASE)
        tell(seen, _("killed by signal %d (%s)%s%s"), result->exit - EXIT_SIGNAL_BASE,
             strsignal(result->exit - EXIT_SIGNAL_BASE), *line ? "; " : "", line);
    else
        tell(seen, _("exit status %d%s%s"), result->exit, *line ? "; " : "", line);
}

static bool judge_status(const struct lab_test *test, const struct box_result *result,
                         char **expected, char **seen)
{
    if (test->status < 0 ? result->exit > 0 && result->exit < EXIT_TIMED_OUT
                         : result->exit == test->status)
        return true;
    if (test->status < 0)
        tell(expected, _("an exit status that says that it failed, from 1 to 123"));
    else
        tell(expected, _("exit status %d"), test->status);
    tell_end(seen, result);
    return false;
}

/* A stretch of the output around the place where it differs. */
static void tell_stretch(char **text, const char *output, size_t length, size_t place)
{
    size_t start = place > SHOWN_MAX / 2 ? place - SHOWN_MAX / 2 : 0;
    size_t shown = length - start < SHOWN_MAX ? length - start : SHOWN_MAX;

    tell(text, "%s\"%.*s\"%s", start ? "... " : "", (int)shown, output + start,
         start + shown < length ? " ..." : "");
}

static bool judge_all_output(const struct lab_test *test, const struct box_result *result,
                             char **expected, char **seen)
{
    size_t wanted = strlen(test->output), place = 0;

    if (wanted == result->length && memcmp(test->output, result->output, wanted) == 0)
        return true;
    while (place < wanted && place < result->length && test->output[place] == result->output[place])
        place++;
    tell_stretch(expected, test->output, wanted, place);
    if (result->length > 0)
        tell_stretch(seen, result->output, result->length, place);
    else
        tell_end(seen, result);
    return false;
}

bool judge_output(const struct lab_test *test, const struct box_result *result, char **expected,
                  char **seen)
{
    /* What was written tells more than the status, which often only follows from it. */
    if (test->output && !judge_all_output(test, result, expected, seen))
        return false;
    for (size_t i = 0; i < test->pattern_count; i++) {
        const struct lab_pattern *pattern = &test->patterns[i];
        const char *text = pattern->errors ? result->errors : result->output;
        if (judge_matches(text, pattern->text))
            continue;
        tell(expected,
             pattern->errors ? _("a line of standard error that matches '%s'")
                             : _("a line of output that matches '%s'"),
             pattern->text);
        /* Of standard error the end says what went wrong. */
        if (*text && !pattern->errors)
            tell_stretch(seen, text, strlen(text) - (text[strlen(text) - 1] == '\n'), 0);
        else
            tell_end(seen, result);
        return false;
    }
    return judge_status(test, result, expected, seen);
}
