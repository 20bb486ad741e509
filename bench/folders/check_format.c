/* SPDX-License-Identifier: MIT */
/*
 * Line by line, more strictly than the reader needs it: every field of docs/formats.md is there and
 * of its type, no other is, names have units, and what did not run says why.
 */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench/folders/check.h"
#include "common/i18n.h"

struct field {
    const char *name;
    json_type type;
    bool optional;
};

static const struct field header_fields[] = {
    {"schema",      JSON_INTEGER, false},
    {"run",        JSON_STRING, false},
    {"environment",         JSON_STRING, false},
    {"command",        JSON_ARRAY, false},
    {"seed", JSON_INTEGER, false},
    {"titles",        JSON_OBJECT, true},
    {"request",     JSON_STRING, true},
    {"boxes",        JSON_ARRAY, true},
    {"sources",        JSON_ARRAY, true},
    {"ends",        JSON_TRUE, true},
    {0     },
};

static const struct field end_fields[] = {
    {"schema", JSON_INTEGER, false},
    {"run",   JSON_STRING, false},
    {"end",    JSON_STRING, false},
    {"samples",   JSON_INTEGER, false},
    {0   },
};

static const struct field sample_fields[] = {
    {"schema",     JSON_INTEGER, false},
    {"run",       JSON_STRING, false},
    {"experiment",        JSON_STRING, false},
    {"params",       JSON_OBJECT, false},
    {"platform", JSON_STRING, false},
    {"workload",       JSON_STRING, false},
    {"block",     JSON_INTEGER, false},
    {"order",       JSON_INTEGER, false},
    {"seed",   JSON_INTEGER, false},
    {"t0_ns",       JSON_INTEGER, false},
    {"status",   JSON_STRING, false},
    {"reason",       JSON_STRING, false},
    {"exit",      JSON_INTEGER, false},
    {"metrics",       JSON_OBJECT, false},
    {"verdict",      JSON_STRING, true},
    {"detail",       JSON_STRING, true},
    {"machine",       JSON_STRING, true},
    {"origin",       JSON_STRING, true},
    {0     },
};

/* What a metric's name may end with, behind its last "_". */
static const char *const absolute_units[] = {"ns", "us", "bytes", "n", "khz", "ticks"};
static const char *const relative_units[] = {"ratio", "percent", "permille", "ppm"};

static bool is_one_of(const char *unit, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(unit, list[i]) == 0)
            return true;
    return false;
}

static void check_fields(struct findings *findings, size_t line, json_t *object,
                         const struct field *fields)
{
    const char *name;
    json_t *value;

    for (const struct field *field = fields; field->name; field++) {
        const json_t *found = json_object_get(object, field->name);
        if (!found && !field->optional)
            check_add(findings, CHECK_FORMAT, _("line %zu: '%s' is missing"), line, field->name);
        if (found && json_typeof(found) != field->type)
            check_add(findings, CHECK_FORMAT, _("line %zu: '%s' is of another type"), line,
                      field->name);
    }
    json_object_foreach(object, name, value)
    {
        const struct field *field = fields;
        while (field->name && strcmp(field->name, name) != 0)
            field++;
        if (!field->name)
            check_add(findings, CHECK_FORMAT, _("line %zu: '%.64s' is not in the format"), line,
                      name);
    }
}

static void check_metrics(struct findings *findings, size_t line, json_t *metrics)
{
    size_t relative = 0, absolute = 0;
    const char *name;
    json_t *value;

    json_object_foreach(metrics, name, value)
    {
        const char *unit = strrchr(name, '_');
        unit = unit ? unit + 1 : "";
        if (is_one_of(unit, relative_units, sizeof relative_units / sizeof *relative_units))
            relative++;
        else if (is_one_of(unit, absolute_units, sizeof absolute_units / sizeof *absolute_units))
            absolute++;
        else if (strcmp(unit, "hash") != 0)
            check_add(findings, CHECK_FORMAT, _("line %zu: the metric '%.64s' has no unit"), line,
                      name);
    }
    if (relative > 0 && absolute == 0)
        check_add(findings, CHECK_RATIO_ALONE, _("line %zu"), line);
}

static void check_sample(struct findings *findings, size_t line, json_t *sample)
{
    const char *status = json_string_value(json_object_get(sample, "status"));
    const char *reason = json_string_value(json_object_get(sample, "reason"));
    json_t *metrics = json_object_get(sample, "metrics");

    check_fields(findings, line, sample, sample_fields);
    check_metrics(findings, line, metrics);
    if (!status)
        return;
    if (strcmp(status, "ok") != 0 && (!reason || !*reason))
        check_add(findings, CHECK_HIDDEN_SKIP, _("line %zu: '%.16s' without a reason"), line,
                  status);
    if (strcmp(status, "ok") == 0 && json_object_size(metrics) == 0 &&
        !json_object_get(sample, "verdict"))
        check_add(findings, CHECK_FORMAT, _("line %zu: 'ok' without a figure"), line);
}

static void check_line(struct findings *findings, size_t line, json_t *object)
{
    if (line == 1)
        check_fields(findings, line, object, header_fields);
    else if (json_object_get(object, "end"))
        check_fields(findings, line, object, end_fields);
    else if (json_is_object(object))
        check_sample(findings, line, object);
}

/* The damage that the reader sees is told in its words, the rest is looked for in a second pass. */
int check_format(struct findings *findings, const char *dir, struct error *error)
{
    struct results results;
    size_t room = 0, line = 0;
    char *text = NULL;
    ssize_t length;
    FILE *file;

    int result = results_read(&results, dir, error);
    if (result < 0)
        return result;
    for (size_t i = 0; i < results.damage_count; i++) {
        if (i < RESULTS_DAMAGE_MAX)
            check_add(findings, CHECK_FORMAT, _("line %zu: %s"), results.damage[i].line,
                      results.damage[i].why);
        else
            findings->of[CHECK_FORMAT].count++;
    }
    results_free(&results);
    result = results_open(dir, &file, error);
    if (result < 0)
        return result;
    while ((length = getline(&text, &room, file)) > 0) {
        json_t *object = json_loadb(text, (size_t)length, JSON_REJECT_DUPLICATES, NULL);
        line++;
        if (object)
            check_line(findings, line, object);
        json_decref(object);
    }
    free(text);
    fclose(file);
    return 0;
}
