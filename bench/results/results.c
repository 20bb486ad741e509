/* SPDX-License-Identifier: MIT */
#include "bench/results/results.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"

/* What the readers of a line return: NULL, or why it is no sample, to be put through gettext. */
enum { DAMAGE_MAX = JSON_ERROR_TEXT_LENGTH + 64 };
static const char no_memory[] = N_("there is no memory left");

/* A JSON object is the set of all strings seen: its keys stay where they are until it is freed. */
const char *results_keep(struct results *results, const char *text)
{
    json_t *strings = results->strings;
    void *entry = json_object_iter_at(strings, text);

    if (!entry && json_object_set_new(strings, text, json_null()) == 0)
        entry = json_object_iter_at(strings, text);
    return entry ? json_object_iter_key(entry) : NULL;
}

/* The field name of line as a string; "" when it is absent and may be. */
static const char *read_text(struct results *results, const json_t *line, const char *name,
                             bool required, const char **text)
{
    const json_t *field = json_object_get(line, name);

    if (field && (!json_is_string(field) || json_string_length(field) > RESULTS_TEXT_MAX))
        return N_("a field that should be a string is none, or too long");
    if (required && (!field || json_string_length(field) == 0))
        return N_("a field is missing");
    *text = results_keep(results, field ? json_string_value(field) : "");
    return *text ? NULL : no_memory;
}

static const char *read_integer(const json_t *line, const char *name, int64_t min, int64_t max,
                                int64_t *value)
{
    const json_t *field = json_object_get(line, name);

    if (!field)
        return NULL;
    if (!json_is_integer(field))
        return N_("a field that should be an integer is none");
    *value = json_integer_value(field);
    return *value < min || *value > max ? N_("a number is out of its range") : NULL;
}

static int by_name(const void *left, const void *right)
{
    const struct sample_param *a = left, *b = right;

    return strcmp(a->name, b->name);
}

static const char *read_params(struct results *results, json_t *params, struct sample *sample)
{
    const char *name;
    json_t *value;

    if (!params)
        return NULL;
    if (!json_is_object(params) || json_object_size(params) > RESULTS_PARAMS_MAX)
        return N_("params is no object, or too large");
    sample->params = calloc(json_object_size(params) + 1, sizeof *sample->params);
    if (!sample->params)
        return no_memory;

    json_object_foreach(params, name, value)
    {
        struct sample_param *param = &sample->params[sample->param_count++];
        char digits[24];
        const char *text = digits;

        param->is_integer = json_is_integer(value);
        if (param->is_integer)
            snprintf(digits, sizeof digits, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        else if (json_is_string(value))
            text = json_string_value(value);
        else
            return N_("a parameter is neither a string nor an integer");
        if (strlen(name) > RESULTS_TEXT_MAX || strlen(text) > RESULTS_TEXT_MAX)
            return N_("a parameter is too long");
        param->name = results_keep(results, name);
        param->value = results_keep(results, text);
        if (!param->name || !param->value)
            return no_memory;
    }
    qsort(sample->params, sample->param_count, sizeof *sample->params, by_name);
    return NULL;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);

    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static const char *read_metrics(struct results *results, json_t *metrics, struct sample *sample)
{
    const char *name;
    json_t *value;

    if (!metrics)
        return NULL;
    if (!json_is_object(metrics) || json_object_size(metrics) > RESULTS_METRICS_MAX)
        return N_("metrics is no object, or too large");
    sample->metrics = calloc(json_object_size(metrics) + 1, sizeof *sample->metrics);
    if (!sample->metrics)
        return no_memory;

    json_object_foreach(metrics, name, value)
    {
        struct sample_metric *metric = &sample->metrics[sample->metric_count++];

        if (!json_is_integer(value))
            return N_("a metric is no integer");
        if (json_integer_value(value) < 0 && !ends_with(name, "_hash"))
            return N_("a metric is negative");
        if (strlen(name) > RESULTS_TEXT_MAX)
            return N_("a metric's name is too long");
        metric->value = json_integer_value(value);
        metric->name = results_keep(results, name);
        if (!metric->name)
            return no_memory;
    }
    return NULL;
}

static const char *read_status(const json_t *line, enum sample_status *status)
{
    static const char *const names[] = {
        [SAMPLE_OK] = "ok",
        [SAMPLE_FAILED] = "failed",
        [SAMPLE_SKIPPED] = "skipped",
        [SAMPLE_TIMEOUT] = "timeout",
    };
    const char *text = json_string_value(json_object_get(line, "status"));

    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++) {
        if (strcmp(text, names[i]) == 0) {
            *status = (enum sample_status)i;
            return NULL;
        }
    }
    return N_("its status is none of ok, failed, skipped, timeout");
}

static const char *read_schema(const json_t *line)
{
    const json_t *schema = json_object_get(line, "schema");

    if (!json_is_integer(schema) || json_integer_value(schema) != RESULTS_SCHEMA)
        return N_("its schema is not 1");
    return NULL;
}

static const char *read_sample(struct results *results, json_t *line, struct sample *sample)
{
    const char *run;
    int64_t exit_status = -1;
    const char *damage;

    if ((damage = read_schema(line)) || (damage = read_text(results, line, "run", true, &run)) ||
        (damage = read_text(results, line, "experiment", true, &sample->experiment)) ||
        (damage = read_text(results, line, "platform", true, &sample->platform)) ||
        (damage = read_text(results, line, "workload", false, &sample->workload)) ||
        (damage = read_text(results, line, "reason", false, &sample->reason)) ||
        (damage = read_text(results, line, "verdict", false, &sample->verdict)) ||
        (damage = read_text(results, line, "detail", false, &sample->detail)) ||
        (damage = read_text(results, line, "machine", false, &sample->machine)) ||
        (damage = read_text(results, line, "origin", false, &sample->origin)) ||
        (damage = read_integer(line, "block", 0, INT32_MAX, &sample->block)) ||
        (damage = read_integer(line, "order", 0, INT32_MAX, &sample->order)) ||
        (damage = read_integer(line, "seed", INT64_MIN, INT64_MAX, &sample->seed)) ||
        (damage = read_integer(line, "t0_ns", 0, INT64_MAX, &sample->t0_ns)) ||
        (damage = read_integer(line, "exit", -1, 255, &exit_status)) ||
        (damage = read_status(line, &sample->status)) ||
        (damage = read_params(results, json_object_get(line, "params"), sample)) ||
        (damage = read_metrics(results, json_object_get(line, "metrics"), sample)))
        return damage;
    if (strcmp(run, results->run) != 0)
        return N_("it belongs to another run");
    sample->exit = (int)exit_status;
    return NULL;
}

/* The words of the command joined by spaces, for people to read. */
static const char *read_command(struct results *results, const json_t *words)
{
    char joined[RESULTS_TEXT_MAX] = "";
    size_t used = 0;

    for (size_t i = 0; i < json_array_size(words); i++) {
        const char *word = json_string_value(json_array_get(words, i));
        size_t length = word ? strlen(word) : 0;
        if (!word)
            return N_("its command is not made of strings");
        if (used + length + 2 > sizeof joined)
            break;
        if (i > 0)
            joined[used++] = ' ';
        memcpy(joined + used, word, length + 1);
        used += length;
    }
    results->command = results_keep(results, joined);
    return results->command ? NULL : no_memory;
}

/* " / " stands for the end of a line, as in platforms.conf. */
static const char *keep_title(struct results *results, const char *text)
{
    char title[RESULTS_TEXT_MAX + 1];
    char *end = title;

    while (*text) {
        bool line_end = strncmp(text, " / ", 3) == 0;
        *end++ = line_end ? '\n' : *text;
        text += line_end ? 3 : 1;
    }
    *end = '\0';
    return results_keep(results, title);
}

static const char *read_titles(struct results *results, json_t *titles)
{
    const char *platform;
    json_t *title;

    json_object_foreach(titles, platform, title)
    {
        struct results_title *entry = &results->titles[results->title_count];
        const char *text = json_string_value(title);
        if (!text || !*text || strlen(text) > RESULTS_TEXT_MAX)
            return N_("a title is no string, empty or too long");
        if (results->title_count == RESULTS_TITLES_MAX)
            return N_("it has too many titles");
        entry->platform = results_keep(results, platform);
        entry->title = keep_title(results, text);
        if (!entry->platform || !entry->title)
            return no_memory;
        results->title_count++;
    }
    return NULL;
}

static const char *read_boxes(struct results *results, const json_t *boxes)
{
    if (json_array_size(boxes) > RESULTS_TITLES_MAX)
        return N_("it has too many boxes");
    for (size_t i = 0; i < json_array_size(boxes); i++) {
        const char *name = json_string_value(json_array_get(boxes, i));
        if (!name || strlen(name) > RESULTS_TEXT_MAX)
            return N_("the name of a box is no string, or too long");
        results->boxes[results->box_count] = results_keep(results, name);
        if (!results->boxes[results->box_count++])
            return no_memory;
    }
    return NULL;
}

/* In a merged folder, what it was made of. */
static void read_sources(struct results *results, const json_t *sources)
{
    for (size_t i = 0; i < json_array_size(sources); i++)
        results->cut_sources +=
            json_is_true(json_object_get(json_array_get(sources, i), "cut_off"));
}

static const char *read_header(struct results *results, json_t *line)
{
    const char *damage;

    if (!json_is_object(line))
        return N_("it is no JSON object");
    if (json_object_get(line, "experiment"))
        return N_("it is a sample");
    if ((damage = read_schema(line)) ||
        (damage = read_text(results, line, "run", true, &results->run)) ||
        (damage = read_text(results, line, "environment", false, &results->environment)) ||
        (damage = read_text(results, line, "request", false, &results->request)) ||
        (damage = read_boxes(results, json_object_get(line, "boxes"))) ||
        (damage = read_integer(line, "seed", INT64_MIN, INT64_MAX, &results->seed)) ||
        (damage = read_titles(results, json_object_get(line, "titles"))))
        return damage;
    read_sources(results, json_object_get(line, "sources"));
    results->ends = json_is_true(json_object_get(line, "ends"));
    return read_command(results, json_object_get(line, "command"));
}

static void sample_free(struct sample *sample)
{
    free(sample->params);
    free(sample->metrics);
}

/* The line that says that the run is complete. */
static const char *read_end(struct results *results, const json_t *line)
{
    const char *damage, *run, *end;

    if ((damage = read_schema(line)) || (damage = read_text(results, line, "run", true, &run)) ||
        (damage = read_text(results, line, "end", true, &end)) ||
        (damage = read_integer(line, "samples", 0, INT32_MAX, &results->end_count)))
        return damage;
    if (strcmp(run, results->run) != 0)
        return N_("it belongs to another run");
    results->ended = strcmp(end, "complete") == 0;
    return NULL;
}

static const char *add_sample(struct results *results, size_t *room, json_t *line)
{
    struct sample sample = {.exit = -1};

    if (!json_is_object(line))
        return N_("it is no JSON object");
    /* Whoever goes on behind an end, has to come to an end anew. */
    results->ended = false;
    results->end_count = -1;
    if (json_object_get(line, "end"))
        return read_end(results, line);
    if (results->sample_count == *room) {
        size_t more = *room ? 2 * *room : 256;
        struct sample *samples = reallocarray(results->samples, more, sizeof *samples);
        if (!samples)
            return no_memory;
        results->samples = samples;
        *room = more;
    }
    const char *damage = read_sample(results, line, &sample);
    if (damage)
        sample_free(&sample);
    else
        results->samples[results->sample_count++] = sample;
    return damage;
}

static void note_damage(struct results *results, size_t line, const char *why)
{
    if (results->damage_count < RESULTS_DAMAGE_MAX) {
        struct results_damage *entry = &results->damage[results->damage_count];
        entry->line = line;
        snprintf(entry->why, sizeof entry->why, "%s", _(why));
    }
    results->damage_count++;
}

enum line_end { LINE_WHOLE, LINE_TOO_LONG, LINE_TORN, LINE_NONE };

/* Reads up to the next newline, which is not kept; of a line too long, only its end is found. */
static enum line_end read_line(FILE *file, char *buffer, size_t *length)
{
    bool too_long = false;
    int byte;

    *length = 0;
    while ((byte = getc_unlocked(file)) != EOF && byte != '\n') {
        if (*length < RESULTS_LINE_MAX)
            buffer[(*length)++] = (char)byte;
        else
            too_long = true;
    }
    if (byte == EOF)
        return *length > 0 ? LINE_TORN : LINE_NONE;
    return too_long ? LINE_TOO_LONG : LINE_WHOLE;
}

/* Duplicate keys are refused: two readers could see two different samples in such a line. */
static json_t *parse(const char *buffer, size_t length, char why[DAMAGE_MAX])
{
    json_error_t json_error;
    json_t *line = json_loadb(buffer, length, JSON_REJECT_DUPLICATES, &json_error);

    if (!line)
        snprintf(why, DAMAGE_MAX, _("it is no JSON: %s"), json_error.text);
    return line;
}

/* growing: what has no newline yet is left for the next time. */
static int read_lines(struct results *results, FILE *file, char *buffer, bool growing,
                      const char *dir, struct error *error)
{
    size_t length;
    enum line_end end;

    results->torn = false;
    while ((end = read_line(file, buffer, &length)) != LINE_NONE) {
        if (growing && end == LINE_TORN) {
            fseeko(file, -(off_t)length, SEEK_CUR);
            break;
        }
        size_t number = ++results->lines;
        char not_json[DAMAGE_MAX];
        const char *damage = not_json;
        json_t *line = NULL;

        if (end == LINE_TOO_LONG)
            damage = N_("it is longer than 4 MiB");
        else
            line = parse(buffer, length, not_json);
        if (line && number == 1)
            damage = read_header(results, line);
        else if (line)
            damage = add_sample(results, &results->room, line);
        json_decref(line);

        if (damage == no_memory)
            return error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
        if (damage && number == 1)
            return error_set(error, EINVAL,
                             _("%s/samples.jsonl does not start with a header of schema %d: %s"),
                             dir, RESULTS_SCHEMA, _(damage));
        if (damage && end == LINE_TORN)
            results->torn = true;
        else if (damage)
            note_damage(results, number, damage);
        if (results->sample_count > RESULTS_SAMPLES_MAX)
            return error_set(error, EFBIG, _("%s/samples.jsonl has more than %d samples"), dir,
                             RESULTS_SAMPLES_MAX);
    }
    if (ferror(file))
        return error_set_errno(error, errno, _("reading %s/samples.jsonl"), dir);
    if (!results->run)
        return error_set(error, EINVAL, _("%s/samples.jsonl is empty: its run has only begun"),
                         dir);
    return 0;
}

/* A regular file of a size that can be read: a FIFO could keep us for ever, a device too. */
int results_open(const char *dir, FILE **file, struct error *error)
{
    struct stat status;
    int folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (folder < 0)
        return error_set_errno(error, errno, _("opening the results folder %s"), dir);
    int fd =
        openat(folder, "samples.jsonl", O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    int errnum = errno;
    close(folder);
    if (fd < 0 && errnum == ELOOP) /* a link */
        return error_set(error, EINVAL, _("%s/samples.jsonl is no regular file"), dir);
    if (fd < 0)
        return error_set_errno(error, errnum, _("opening %s/samples.jsonl"), dir);

    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        close(fd);
        return error_set(error, EINVAL, _("%s/samples.jsonl is no regular file"), dir);
    }
    if (status.st_size > RESULTS_FILE_MAX) {
        close(fd);
        return error_set(error, EFBIG, _("%s/samples.jsonl is larger than %d MiB"), dir,
                         RESULTS_FILE_MAX >> 20);
    }
    *file = fdopen(fd, "r");
    if (!*file) {
        close(fd);
        return error_set(error, ENOMEM, _("there is no memory to read %s/samples.jsonl"), dir);
    }
    return 0;
}

int results_read_file(struct results *results, FILE *file, const char *dir, struct error *error)
{
    int result;

    *results = (struct results){0};
    char *buffer = malloc(RESULTS_LINE_MAX);
    results->strings = json_object();
    if (buffer && results->strings)
        result = read_lines(results, file, buffer, false, dir, error);
    else
        result = error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
    free(buffer);
    if (result < 0)
        results_free(results);
    return result;
}

int results_read_more(struct results *results, FILE *file, const char *dir, struct error *error)
{
    char *buffer = malloc(RESULTS_LINE_MAX);
    int result = 0;

    if (!results->strings)
        results->strings = json_object();
    clearerr(file); /* the end of the file that was met the last time */
    if (buffer && results->strings)
        result = read_lines(results, file, buffer, true, dir, error);
    else
        result = error_set(error, ENOMEM, _("there is no memory for the samples of %s"), dir);
    free(buffer);
    return result;
}

int results_read(struct results *results, const char *dir, struct error *error)
{
    FILE *file;

    *results = (struct results){0};
    int result = results_open(dir, &file, error);
    if (result < 0)
        return result;
    result = results_read_file(results, file, dir, error);
    fclose(file);
    return result;
}

bool results_cut_off(const struct results *results)
{
    return results->torn || (results->ends && !results->ended);
}

void results_free(struct results *results)
{
    for (size_t i = 0; i < results->sample_count; i++)
        sample_free(&results->samples[i]);
    free(results->samples);
    json_decref(results->strings);
    *results = (struct results){0};
}

const char *results_title(const struct results *results, const char *platform)
{
    for (size_t i = 0; i < results->title_count; i++)
        if (strcmp(results->titles[i].platform, platform) == 0)
            return results->titles[i].title;
    return NULL;
}

bool sample_metric(const struct sample *sample, const char *name, int64_t *value)
{
    for (size_t i = 0; i < sample->metric_count; i++) {
        if (strcmp(sample->metrics[i].name, name) == 0) {
            *value = sample->metrics[i].value;
            return true;
        }
    }
    return false;
}

const char *sample_param(const struct sample *sample, const char *name)
{
    for (size_t i = 0; i < sample->param_count; i++)
        if (strcmp(sample->params[i].name, name) == 0)
            return sample->params[i].value;
    return "";
}
