/* SPDX-License-Identifier: MIT */
#include "labs/answers.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/results/environment.h"
#include "common/i18n.h"
#include "common/ini.h"
#include "common/text.h"
#include "labs/astray.h"
#include "labs/judge.h"

/* Starts a rule about the machine itself. */
#define FACT "environment "

enum { ANSWERS_FILE_MAX = 64 << 10, ANSWER_MAX = 2048 };

void answers_start(struct answers *answers, const char *folder, const char *results, bool elsewhere,
                   bool tells_right)
{
    *answers =
        (struct answers){.folder = folder, .elsewhere = elsewhere, .tells_right = tells_right};
    if (results)
        snprintf(answers->results, sizeof answers->results, "%s", results);
    else
        snprintf(answers->results, sizeof answers->results, "%s/results/latest", folder);
}

/*
 * An editor that saves in another encoding is told so in words; by the reader of such files alone
 * it would be some strange line. false: *seen says what is wrong with the file.
 */
static bool is_utf8_file(const char *path, char **seen)
{
    char *text = calloc(1, ANSWERS_FILE_MAX + 1);
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    ssize_t length = fd < 0 || !text ? -1 : read(fd, text, ANSWERS_FILE_MAX);
    const char *encoding = NULL;

    if (length >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0))
        encoding = "UTF-16";
    else if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        encoding = _("UTF-8 with a byte order mark");
    for (ssize_t at = 0; !encoding && at < length;) {
        size_t step = text_utf8_length(text + at, (size_t)(length - at));
        /* A sequence that the end of what was read cuts in two is no mistake. */
        if (step == 0 && (length < ANSWERS_FILE_MAX || at + 4 < length))
            encoding = _("no UTF-8 (EUC-KR perhaps)");
        at += step ? (ssize_t)step : 1;
    }
    if (encoding && asprintf(seen, _("%s is %s: save it as UTF-8"), ANSWERS_FILE, encoding) < 0)
        *seen = NULL;
    if (fd >= 0)
        close(fd);
    free(text);
    return !encoding;
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

struct reading {
    struct ini ini;
    const char *key;
    char *value;
};

static int start_section(void *context, char *name)
{
    struct reading *reading = context;

    return strcmp(name, "answers") == 0
               ? 0
               : ini_mistake(&reading->ini, _("the section is [answers], not"), name);
}

static int set_key(void *context, const char *key, char *value)
{
    struct reading *reading = context;

    if (strcmp(key, reading->key) != 0)
        return 0;
    if (reading->value)
        return ini_mistake(&reading->ini, _("this question is answered twice:"), key);
    if (strlen(value) > ANSWER_MAX)
        return ini_mistake(&reading->ini, _("this answer is too long:"), key);
    reading->value = strdup(value);
    return reading->value ? 0 : ini_out_of_memory(&reading->ini);
}

static int end_section(void *context)
{
    (void)context;
    return 0;
}

/* The answer to the question, "" for none; NULL: *seen says why there is none. */
static char *read_answer(const struct answers *answers, const char *key, char **seen)
{
    static const struct ini_events events = {start_section, set_key, end_section};
    char path[PATHS_MAX];
    struct error error;
    struct reading reading = {
        .ini = {.path = path,
                .what = "file of answers",
                .bytes_max = ANSWERS_FILE_MAX,
                .error = &error},
        .key = key,
    };
    struct stat status;

    if (paths_join(path, answers->folder, ANSWERS_FILE, &error) == 0 && lstat(path, &status) == 0 &&
        !S_ISREG(status.st_mode))
        error_set(&error, EINVAL, _("%s is no regular file"), ANSWERS_FILE);
    else if (!is_utf8_file(path, seen))
        return NULL;
    else if (ini_read(&reading.ini, &events, &reading) == 0)
        return reading.value ? reading.value : strdup("");
    free(reading.value);
    *seen = strdup(error.text);
    return NULL;
}

/*
 * In what the machine that was measured is another one than this, or NULL. Less than
 * environment_difference() asks: who measured with sudo, or has virtlab anew, has measured here.
 */
static const char *machine_difference(const json_t *then, const json_t *now)
{
    static const char *const members[][2] = {
        {"machine", "id"     },
        {"cpu",     "model"  },
        {"kernel",  "release"}
    };

    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!json_equal(json_object_get(json_object_get(then, members[i][0]), members[i][1]),
                        json_object_get(json_object_get(now, members[i][0]), members[i][1])))
            return members[i][0];
    return NULL;
}

/* Opens the results once; those of another machine do not count. */
static const struct analysis *open_results(struct answers *answers)
{
    if (answers->tried)
        return answers->analysis;
    answers->tried = true;
    struct analysis *analysis = malloc(sizeof *analysis);
    if (!analysis) {
        error_set_errno(&answers->why, ENOMEM, "cannot read the results");
        return NULL;
    }
    if (analysis_open(analysis, answers->results, &answers->why) < 0) {
        free(analysis);
        return NULL;
    }
    json_t *now = answers->elsewhere ? NULL : environment_read(false);
    const char *differs = NULL;
    if (analysis->environment_state != ENVIRONMENT_GOOD)
        error_set(&answers->why, EINVAL,
                  _("the results have no env.json of their own: measure anew, and leave the folder "
                    "as it is"));
    else if (!answers->elsewhere && !now)
        error_set_errno(&answers->why, ENOMEM, "cannot read the results");
    else if (now && (differs = machine_difference(analysis->environment, now)) != NULL)
        error_set(&answers->why, EINVAL,
                  _("the results come from another machine than this (%s differs)"), differs);
    else
        answers->analysis = analysis;
    json_decref(now);
    if (!answers->analysis) {
        analysis_close(analysis);
        free(analysis);
    }
    return answers->analysis;
}

static bool same(const char *word, const char *text)
{
    return strcmp(word, "*") == 0 || strcmp(word, *text ? text : "-") == 0;
}

/*
 * "EXPERIMENT WORKLOAD PARAMS METRIC PLATFORM value|ratio|floor" looked up; `-` is an empty one,
 * `*` any.
 */
enum finding { FIGURE_MISSING, FIGURE_SKIPPED, FIGURE_FOUND };

static enum finding find_figure(const struct analysis *analysis, const char *rule, double *value)
{
    char words[6][256];
    const struct figures *figures = &analysis->figures;

    if (sscanf(rule, "%255s %255s %255s %255s %255s %255s", words[0], words[1], words[2], words[3],
               words[4], words[5]) != 6)
        return FIGURE_MISSING;
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        /* Where no platform has a value, the measure has reasons alone, and no metric. */
        if (!same(words[0], measure->experiment) || !same(words[1], measure->workload) ||
            !same(words[2], measure->params) ||
            (*measure->metric && !same(words[3], measure->metric)))
            continue;
        if (strcmp(words[5], "floor") == 0 && measure->floor >= 0) {
            *value = measure->floor;
            return FIGURE_FOUND;
        }
        for (size_t p = 0; p < figures->platform_count; p++) {
            const struct figure *figure = &measure->figures[p];
            const struct estimate *estimate =
                strcmp(words[5], "ratio") == 0 ? &figure->ratio : &figure->value;
            if (strcmp(figures->platforms[p], words[4]) != 0)
                continue;
            if (estimate->count > 0) {
                *value = estimate->median;
                return FIGURE_FOUND;
            }
            if (figure->skipped)
                return FIGURE_SKIPPED;
        }
    }
    return FIGURE_MISSING;
}

/* What env.json says at "environment cpu.usable", as text; NULL: nothing there, or no memory. */
static char *find_fact(const struct analysis *analysis, const char *rule)
{
    char path[256], *save, *text = NULL;
    const json_t *at = analysis->environment;

    snprintf(path, sizeof path, "%s", rule + strlen(FACT));
    for (char *word = strtok_r(path, ". ", &save); word; word = strtok_r(NULL, ". ", &save))
        at = json_object_get(at, word);
    /* What a machine has not got is recorded as null. */
    if (!at || json_is_null(at))
        return strdup("none");
    if (json_is_string(at))
        return strdup(json_string_value(at));
    if (json_is_integer(at))
        tell(&text, "%lld", (long long)json_integer_value(at));
    else if (json_is_boolean(at))
        return strdup(json_is_true(at) ? "yes" : "no");
    return text;
}

/* The results that a rule is about. NULL: *expected and *seen say why not. */
static const struct analysis *need_results(struct answers *answers, char **expected, char **seen)
{
    const struct analysis *analysis = open_results(answers);

    if (!analysis) {
        tell(expected, _("results in %s that the answer comes from: measure first"),
             answers->results);
        tell(seen, "%s", answers->why.text);
    }
    return analysis;
}

static void tell_astray(char **seen, const char *answer, double number, const struct astray *astray)
{
    tell(seen, _("'%s': %s"), answer, astray_kind(number, astray));
}

static bool judge_fact(struct answers *answers, const struct lab_rule *rule, const char *answer,
                       char **expected, char **seen)
{
    const struct analysis *analysis = need_results(answers, expected, seen);
    char *fact = analysis ? find_fact(analysis, rule->figure) : NULL, *end;
    bool right = fact && strcasecmp(fact, answer) == 0;

    if (analysis && !right && answers->tells_right)
        tell(expected, _("what the results say of this machine: '%s'"), fact ? fact : "?");
    else if (analysis && !right)
        tell(expected, _("what env.json in %s says of this machine"), answers->results);
    if (analysis && !right) {
        double number = strtod(answer, &end);
        const bool is_number = end != answer && !*end && isfinite(number);
        const double wanted = fact ? strtod(fact, &end) : NAN;
        if (fact && end != fact && !*end && is_number)
            tell_astray(seen, answer, number, &(struct astray){.right = wanted, .divisor = 1});
        else
            tell(seen, fact && end != fact && !*end ? _("'%s': a number is wanted") : "'%s'",
                 answer);
    }
    free(fact);
    return right;
}

/* What a machine cannot do is skipped in its table: then `skipped` is the right answer. */
static bool judge_figure(struct answers *answers, const struct lab_rule *rule, const char *answer,
                         double number, char **expected, char **seen)
{
    const struct analysis *analysis = need_results(answers, expected, seen);
    double figure = 0, over = 1;

    if (!analysis)
        return false;
    enum finding found = find_figure(analysis, rule->figure, &figure);
    if (found == FIGURE_FOUND && rule->over)
        found = find_figure(analysis, rule->over, &over);
    if (found == FIGURE_SKIPPED && strcasecmp(answer, "skipped") == 0)
        return true;
    if (found != FIGURE_FOUND)
        tell(seen, "'%s'", answer);
    if (found == FIGURE_MISSING) {
        tell(expected, _("results in %s that have this figure"), answers->results);
        return false;
    }
    if (found == FIGURE_SKIPPED) {
        *expected = strdup(_("the word skipped, as in the table: this machine did not measure it"));
        return false;
    }
    const struct astray astray = {
        .right = figure / rule->per / over,
        .dividend = figure / rule->per,
        .divisor = over,
        .slack = rule->within,
    };
    /* Tables show a factor with one digit behind the point: 0.0857 stands there as 0.1. */
    double slack = rule->within * fabs(astray.right), rounded = rule->over ? 0.0501 : 0;
    if (fabs(number - astray.right) <= (slack > rounded ? slack : rounded))
        return true;
    if (isfinite(number))
        tell_astray(seen, answer, number, &astray);
    else
        tell(seen, _("'%s': the run did measure it"), answer);
    if (answers->tells_right)
        tell(expected, _("what your own results say: %.4g, give or take %g %%"), astray.right,
             rule->within * 100);
    else
        tell(expected, _("what your own results in %s say, give or take %g %%"), answers->results,
             rule->within * 100);
    return false;
}

static bool judge_number(struct answers *answers, const struct lab_rule *rule, const char *answer,
                         char **expected, char **seen)
{
    char *end;
    double number = strtod(answer, &end);

    bool skipped = rule->figure && strcasecmp(answer, "skipped") == 0;

    if (!skipped && (end == answer || *end != '\0' || !isfinite(number))) {
        *expected = strdup(_("a number, with a point and without a unit"));
        tell(seen, "'%s'", answer);
        return false;
    }
    if (rule->figure)
        return judge_figure(answers, rule, answer, skipped ? NAN : number, expected, seen);
    if (number >= rule->low && number <= rule->high)
        return true;
    /* A wide range is what can be answered at all; a narrow one is the answer. */
    if (answers->tells_right || (rule->low < rule->high && rule->high > 10 * rule->low)) {
        tell(expected, _("a number from %g to %g"), rule->low, rule->high);
        tell(seen, "'%s'", answer);
    } else {
        const double nearest = number < rule->low ? rule->low : rule->high;
        *expected = strdup(_("another number"));
        tell_astray(seen, answer, number, &(struct astray){.right = nearest, .divisor = 1});
    }
    return false;
}

int answers_judge(struct answers *answers, const struct lab_test *test, char **expected,
                  char **seen, struct error *error)
{
    const struct lab_rule *rule = &test->rule;
    char *answer = read_answer(answers, rule->key, seen);
    bool right = false;

    if (!answer || !*answer) {
        tell(expected, _("an answer '%s = ...' in %s"), rule->key, ANSWERS_FILE);
        if (answer)
            *seen = strdup(_("nothing"));
    } else if (rule->pattern) {
        right = judge_matches(answer, rule->pattern);
        if (!right) {
            *expected = strdup(_("another answer"));
            tell(seen, "'%s'", answer);
        }
    } else if (rule->figure && strncmp(rule->figure, FACT, strlen(FACT)) == 0) {
        right = judge_fact(answers, rule, answer, expected, seen);
    } else {
        right = judge_number(answers, rule, answer, expected, seen);
    }
    free(answer);
    if (right) {
        free(*seen);
        *seen = NULL;
    }
    if (!right && (!*expected || !*seen))
        return error_set_errno(error, ENOMEM, "cannot judge the answer");
    return right;
}

void answers_end(struct answers *answers)
{
    if (answers->analysis) {
        analysis_close(answers->analysis);
        free(answers->analysis);
    }
    answers->analysis = NULL;
}
