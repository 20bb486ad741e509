/* SPDX-License-Identifier: MIT */
#include "labs/lab_tests.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

struct reading {
    struct ini ini;
    struct lab *lab;
    struct lab_test *test;
    bool hidden;
};

int lab_read_access(const struct ini *ini, unsigned *access, char *value)
{
    char *save;

    for (char *word = strtok_r(value, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
        if (strcmp(word, "kvm") == 0)
            *access |= LAB_ACCESS_KVM;
        else if (strcmp(word, "namespaces") == 0)
            *access |= LAB_ACCESS_NAMESPACES;
        else
            return ini_mistake(ini, "there is no such access:", word);
    }
    return 0;
}

static int start_test(void *context, char *name)
{
    struct reading *reading = context;
    struct lab *lab = reading->lab;

    if (!*name || strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != strlen(name))
        return ini_mistake(&reading->ini, "a test's name is of small letters, digits and '-', not",
                           name);
    for (size_t i = 0; i < lab->test_count; i++)
        if (strcmp(lab->tests[i].name, name) == 0)
            return ini_mistake(&reading->ini, "there are two tests of this name:", name);
    if (lab->test_count == LAB_TESTS_MAX)
        return ini_mistake(&reading->ini, "this is one test too many:", name);
    reading->test = &lab->tests[lab->test_count];
    *reading->test = (struct lab_test){
        .name = strdup(name),
        .hidden = reading->hidden,
        .kind = LAB_TEST_BUILD,
        .seconds = 5,
    };
    lab->test_count++;
    return reading->test->name ? 0 : ini_out_of_memory(&reading->ini);
}

/* Text with \n, \t, \\ and \s (a blank, at the ends) written out, in place. */
static void unescape(char *text)
{
    char *out = text;

    for (; *text; text++) {
        if (*text == '\\' && text[1]) {
            text++;
            *out++ = (char)(*text == 'n' ? '\n' : *text == 't' ? '\t' : *text == 's' ? ' ' : *text);
        } else {
            *out++ = *text;
        }
    }
    *out = '\0';
}

static int add_pattern(struct reading *reading, bool errors, const char *value)
{
    struct lab_test *test = reading->test;
    regex_t compiled;

    if (test->pattern_count == LAB_PATTERNS_MAX)
        return ini_mistake(&reading->ini, "this is one pattern too many:", value);
    if (regcomp(&compiled, value, REG_EXTENDED | REG_NOSUB) != 0)
        return ini_mistake(&reading->ini, "this is no regular expression:", value);
    regfree(&compiled);
    struct lab_pattern *pattern = &test->patterns[test->pattern_count];
    *pattern = (struct lab_pattern){.errors = errors, .text = strdup(value)};
    test->pattern_count++;
    return pattern->text ? 0 : ini_out_of_memory(&reading->ini);
}

/* NAME, then its bytes: hexadecimal, `*N` repeats the last one to N in all. */
static int add_data(struct reading *reading, char *value)
{
    struct lab_test *test = reading->test;
    char *save, *name = strtok_r(value, " \t", &save);

    if (test->data_count == LAB_DATA_MAX || !name || strchr(name, '/') || *name == '.')
        return ini_mistake(&reading->ini, "this is no file of a test:", value);
    struct lab_data *data = &test->data[test->data_count++];
    data->name = strdup(name);
    if (!data->name)
        return ini_out_of_memory(&reading->ini);
    for (char *word; (word = strtok_r(NULL, " \t", &save));) {
        uint64_t times = 1;
        char *end;
        unsigned long byte = 0;
        if (*word == '*') {
            if (data->length == 0 || !text_parse_u64(word + 1, 1, LAB_CONF_MAX, &times))
                return ini_mistake(&reading->ini, "this repeats nothing:", word);
            byte = data->bytes[data->length - 1];
            times--;
        } else {
            byte = strtoul(word, &end, 16);
            if (*end || strlen(word) != 2)
                return ini_mistake(&reading->ini,
                                   "this is no byte of two hexadecimal digits:", word);
        }
        unsigned char *more = realloc(data->bytes, data->length + times + 1);
        if (!more)
            return ini_out_of_memory(&reading->ini);
        data->bytes = more;
        memset(data->bytes + data->length, (int)byte, times);
        data->length += times;
    }
    return 0;
}

/* NAME, then what stands in the file: \n and the like are written out. */
static int add_text(struct reading *reading, char *value)
{
    struct lab_test *test = reading->test;
    char *rest = value, *name = strsep(&rest, " ");

    if (test->data_count == LAB_DATA_MAX || !rest || !*name || strchr(name, '/') || *name == '.')
        return ini_mistake(&reading->ini, "this is no file of a test:", value);
    unescape(rest);
    struct lab_data *data = &test->data[test->data_count++];
    data->name = strdup(name);
    data->bytes = (unsigned char *)strdup(rest);
    data->length = strlen(rest);
    return data->name && data->bytes ? 0 : ini_out_of_memory(&reading->ini);
}

static int set_unsigned(const struct ini *ini, unsigned *number, const char *value)
{
    uint64_t read;

    if (!text_parse_u64(value, 0, 1000, &read))
        return ini_mistake(ini, "this should be a small number:", value);
    *number = (unsigned)read;
    return 0;
}

static int set_double(const struct ini *ini, double *number, const char *value)
{
    char *end;

    *number = strtod(value, &end);
    return end != value && *end == '\0' ? 0 : ini_mistake(ini, "this should be a number:", value);
}

static int set_status(const struct ini *ini, int *status, const char *value)
{
    uint64_t number;

    if (strcmp(value, "fails") == 0)
        *status = -1;
    else if (text_parse_u64(value, 0, 255, &number))
        *status = (int)number;
    else
        return ini_mistake(ini, "status is a number, or fails, not", value);
    return 0;
}

/* The keys of an answer. 1: it is none of them. */
static int set_answer_key(struct reading *reading, const char *key, char *value)
{
    struct lab_rule *rule = &reading->test->rule;
    const struct ini *ini = &reading->ini;

    if (strcmp(key, "answer") == 0) {
        reading->test->kind = LAB_TEST_ANSWER;
        rule->high = 1e300;
        rule->low = -1e300;
        rule->per = 1;
        return ini_set_string(ini, &rule->key, value);
    }
    if (strcmp(key, "matches") == 0)
        return ini_set_string(ini, &rule->pattern, value);
    if (strcmp(key, "figure") == 0)
        return ini_set_string(ini, &rule->figure, value);
    if (strcmp(key, "over") == 0)
        return ini_set_string(ini, &rule->over, value);
    if (strcmp(key, "at least") == 0)
        return set_double(ini, &rule->low, value);
    if (strcmp(key, "at most") == 0)
        return set_double(ini, &rule->high, value);
    if (strcmp(key, "within") == 0)
        return set_double(ini, &rule->within, value);
    if (strcmp(key, "per") == 0)
        return set_double(ini, &rule->per, value);
    return 1;
}

static int set_key(void *context, const char *key, char *value)
{
    struct reading *reading = context;
    struct lab_test *test = reading->test;
    const struct ini *ini = &reading->ini;
    unsigned seconds = 0;
    int result;

    if (strcmp(key, "title") == 0)
        return ini_set_string(ini, &test->title, value);
    if (strcmp(key, "advice") == 0)
        return ini_set_string(ini, &test->advice, value);
    if (strcmp(key, "title ko") == 0)
        return ini_set_string(ini, &test->title_ko, value);
    if (strcmp(key, "advice ko") == 0)
        return ini_set_string(ini, &test->advice_ko, value);
    if (strcmp(key, "repeat") == 0)
        return ini_set_string(ini, &test->repeat, value);
    if (strcmp(key, "points") == 0)
        return set_unsigned(ini, &test->points, value);
    if (strcmp(key, "step") == 0)
        return set_unsigned(ini, &test->step, value);
    if (strcmp(key, "seconds") == 0) {
        result = set_unsigned(ini, &seconds, value);
        test->seconds = (int)seconds;
        return result;
    }
    if (strcmp(key, "needs") == 0)
        return lab_read_access(ini, &test->needs, value);
    if (strcmp(key, "run") == 0) {
        test->kind = LAB_TEST_RUN;
        return ini_set_string(ini, &test->run, value);
    }
    if (strcmp(key, "status") == 0)
        return set_status(ini, &test->status, value);
    if (strcmp(key, "output") == 0) {
        unescape(value);
        return ini_set_string(ini, &test->output, value);
    }
    if (strcmp(key, "output has") == 0 || strcmp(key, "errors have") == 0)
        return add_pattern(reading, *key == 'e', value);
    if (strcmp(key, "bytes") == 0)
        return add_data(reading, value);
    if (strcmp(key, "text") == 0)
        return add_text(reading, value);
    result = set_answer_key(reading, key, value);
    return result == 1 ? ini_mistake(ini, "this key is not known:", key) : result;
}

static int end_test(void *context)
{
    struct reading *reading = context;
    const struct lab_test *test = reading->test;

    if (!test->title || !test->advice)
        return ini_mistake(&reading->ini, "title or advice is missing in the test", test->name);
    if (test->kind != LAB_TEST_ANSWER && !reading->lab->program)
        return ini_mistake(&reading->ini,
                           "the lab has no program, which this test needs:", test->name);
    return 0;
}

int lab_tests_read(struct lab *lab, const char *path, bool hidden, struct error *error)
{
    static const struct ini_events events = {start_test, set_key, end_test};
    struct reading reading = {
        .ini = {.path = path, .what = "list of tests", .bytes_max = LAB_CONF_MAX, .error = error},
        .lab = lab,
        .hidden = hidden,
    };

    return ini_read(&reading.ini, &events, &reading);
}

void lab_test_free(struct lab_test *test)
{
    for (size_t i = 0; i < test->pattern_count; i++)
        free(test->patterns[i].text);
    for (size_t i = 0; i < test->data_count; i++) {
        free(test->data[i].name);
        free(test->data[i].bytes);
    }
    free(test->name);
    free(test->title);
    free(test->advice);
    free(test->title_ko);
    free(test->advice_ko);
    free(test->repeat);
    free(test->run);
    free(test->output);
    free(test->rule.key);
    free(test->rule.pattern);
    free(test->rule.figure);
    free(test->rule.over);
}
