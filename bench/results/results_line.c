/* SPDX-License-Identifier: MIT */
#include "bench/results/results_line.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"

const char results_no_memory[] = N_("there is no memory left");

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
    return *text ? NULL : results_no_memory;
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
        return results_no_memory;

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
            return results_no_memory;
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
        return results_no_memory;

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
            return results_no_memory;
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
    return results->command ? NULL : results_no_memory;
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
            return results_no_memory;
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
            return results_no_memory;
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

const char *results_take_header(struct results *results, json_t *line)
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

void sample_free(struct sample *sample)
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

const char *results_take_line(struct results *results, json_t *line)
{
    struct sample sample = {.exit = -1};

    if (!json_is_object(line))
        return N_("it is no JSON object");
    /* Whoever goes on behind an end, has to come to an end anew. */
    results->ended = false;
    results->end_count = -1;
    if (json_object_get(line, "end"))
        return read_end(results, line);
    if (results->sample_count == results->room) {
        size_t more = results->room ? 2 * results->room : 256;
        struct sample *samples = reallocarray(results->samples, more, sizeof *samples);
        if (!samples)
            return results_no_memory;
        results->samples = samples;
        results->room = more;
    }
    const char *damage = read_sample(results, line, &sample);
    if (damage)
        sample_free(&sample);
    else
        results->samples[results->sample_count++] = sample;
    return damage;
}
