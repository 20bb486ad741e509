/* SPDX-License-Identifier: MIT */
#include "bench/report/report_method.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"

enum {
    DEPTH_MAX = 6, /* of env.json; what lies deeper is not shown */
    ROWS_MAX = 500,
    TEXT_MAX = 2048,
};

static bool was_measured(const struct figures *figures, const struct measure_kind *kind)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (measure_kind(&figures->measures[i]) == kind)
            return true;
    return false;
}

/* The rows that mean this, one after the other; "" when none was measured. */
static void list_labels(char text[TEXT_MAX], const struct figures *figures,
                        enum measure_meaning meaning)
{
    text[0] = '\0';
    for (size_t i = 0; i < measure_kinds_count; i++) {
        const struct measure_kind *kind = &measure_kinds[i];
        const char *label = _(kind->label);
        size_t used = strlen(text);
        if (kind->meaning == meaning && was_measured(figures, kind) && !strstr(text, label))
            snprintf(text + used, TEXT_MAX - used, "%s%s", used ? "; " : "", label);
    }
}

struct table *report_definitions(const struct analysis *analysis)
{
    const struct table_column columns[] = {
        {"definition", _("What it is, or from when to when"), TABLE_LEFT | TABLE_WRAP},
        {"figures",    _("Figures"),                          TABLE_LEFT | TABLE_WRAP},
    };
    struct table *table = table_new(NULL, NULL);
    char labels[TEXT_MAX];

    if (!table)
        return NULL;
    table_set_columns(table, columns, 2);
    for (int meaning = 0; meaning < MEASURE_MEANINGS; meaning++) {
        list_labels(labels, &analysis->figures, (enum measure_meaning)meaning);
        if (!*labels)
            continue;
        table_add_row(table, 0);
        table_put_string(table, measure_definition((enum measure_meaning)meaning), NULL);
        table_put_string(table, labels, NULL);
    }
    return table;
}

/* Machine */

static void append(char text[TEXT_MAX], const char *more)
{
    size_t used = strlen(text);

    snprintf(text + used, TEXT_MAX - used, "%s%s", used ? " " : "", more);
}

static void describe_value(char text[TEXT_MAX], const json_t *value)
{
    char number[32];

    switch (json_typeof(value)) {
    case JSON_STRING:
        append(text, json_string_value(value));
        break;
    case JSON_INTEGER:
        snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
        append(text, number);
        break;
    case JSON_REAL:
        snprintf(number, sizeof number, "%.6g", json_real_value(value));
        append(text, number);
        break;
    case JSON_TRUE:
        append(text, _("yes"));
        break;
    case JSON_FALSE:
        append(text, _("no"));
        break;
    case JSON_NULL:
        append(text, "–");
        break;
    case JSON_ARRAY:
    case JSON_OBJECT:
        append(text, "…");
        break;
    }
}

static void add_value(struct table *table, const char *name, const json_t *value, unsigned depth,
                      unsigned *rows);

/* An array of plain values is one row; of anything else, one row or more for each. */
static void add_array(struct table *table, const char *name, const json_t *array, unsigned depth,
                      unsigned *rows)
{
    char text[TEXT_MAX] = "", below[256];
    bool plain = true;

    for (size_t i = 0; i < json_array_size(array); i++) {
        const json_t *value = json_array_get(array, i);
        plain = plain && !json_is_object(value) && !json_is_array(value);
        if (plain)
            describe_value(text, value);
    }
    if (plain) {
        table_add_row(table, 0);
        table_put_string(table, name, NULL);
        table_put_string(table, text, NULL);
        return;
    }
    for (size_t i = 0; i < json_array_size(array); i++) {
        snprintf(below, sizeof below, "%s.%zu", name, i);
        add_value(table, below, json_array_get(array, i), depth + 1, rows);
    }
}

static void add_object(struct table *table, const char *name, const json_t *object, unsigned depth,
                       unsigned *rows)
{
    char below[256];

    for (void *at = json_object_iter((json_t *)object); at;
         at = json_object_iter_next((json_t *)object, at)) {
        snprintf(below, sizeof below, "%s%s%s", name, *name ? "." : "", json_object_iter_key(at));
        add_value(table, below, json_object_iter_value(at), depth + 1, rows);
    }
}

static void add_value(struct table *table, const char *name, const json_t *value, unsigned depth,
                      unsigned *rows)
{
    char text[TEXT_MAX] = "";

    if (++*rows > ROWS_MAX)
        return;
    if (json_is_object(value) && depth < DEPTH_MAX) {
        add_object(table, name, value, depth, rows);
    } else if (json_is_array(value) && depth < DEPTH_MAX) {
        add_array(table, name, value, depth, rows);
    } else {
        describe_value(text, value);
        table_add_row(table, 0);
        table_put_string(table, name, NULL);
        table_put_string(table, text, NULL);
    }
}

struct table *report_machine(const struct analysis *analysis)
{
    const struct table_column columns[] = {
        {"fact",  _("what"),       TABLE_LEFT             },
        {"value", _("how it was"), TABLE_LEFT | TABLE_WRAP},
    };
    struct table *table = table_new(NULL, NULL);
    unsigned rows = 0;

    if (!table)
        return NULL;
    table_set_columns(table, columns, 2);
    if (analysis->environment)
        add_value(table, "", analysis->environment, 0, &rows);
    return table;
}

/* What a reader asks first; a merged folder has its machines in full. */
struct table *report_machine_in_short(const struct analysis *analysis)
{
    static const struct {
        const char *part, *key, *title;
    } facts[] = {
        {"cpu",        "model",        N_("processor")                    },
        {"cpu",        "usable",       N_("processors that could be used")},
        {"memory",     "total_bytes",  N_("memory, bytes")                },
        {"kernel",     "release",      N_("kernel")                       },
        {"kernel",     "clock_source", N_("clock")                        },
        {"hypervisor", "name",         N_("itself a guest of")            },
        {"kvm",        "back_end",     N_("KVM")                          },
        {"cgroup",     "layout",       N_("control groups")               },
        {"frequency",  "governor",     N_("frequency governor")           },
        {"frequency",  "turbo",        N_("turbo")                        },
        {"load",       "average_1",    N_("load when the run began")      },
        {"machine",    "as_root",      N_("run as root")                  },
        {"virtlab",    "version",      N_("virtlab")                      },
        {"virtlab",    "commit",       N_("its commit")                   },
        {"virtlab",    "compiler",     N_("compiler")                     },
    };
    const struct table_column columns[] = {
        {"fact",  _("what"),       TABLE_LEFT             },
        {"value", _("how it was"), TABLE_LEFT | TABLE_WRAP},
    };
    struct table *table = table_new(NULL, NULL);

    if (!table)
        return NULL;
    table_set_columns(table, columns, 2);
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        const json_t *part = json_object_get(analysis->environment, facts[i].part);
        const json_t *value = json_object_get(part, facts[i].key);
        char text[TEXT_MAX] = "";
        if (!value)
            continue;
        describe_value(text, value);
        table_add_row(table, 0);
        table_put_string(table, _(facts[i].title), NULL);
        table_put_string(table, text, NULL);
    }
    return table;
}

/* Gaps */

enum { GAPS_MAX = 200 };

/* What one box could not do, and the experiments in which it was asked to. */
struct gap {
    const struct sample *sample;
    char experiments[256];
};

static void add_experiment(struct gap *gap, const char *name)
{
    size_t used = strlen(gap->experiments), length = strlen(name);
    const char *found = strstr(gap->experiments, name);

    while (found && (found[length] != '\0' && found[length] != ','))
        found = strstr(found + 1, name);
    if (!found)
        snprintf(gap->experiments + used, sizeof gap->experiments - used, "%s%s", used ? ", " : "",
                 name);
}

/* The gap of that box, outcome and reason, a new one where there is none; NULL: no room. */
static struct gap *find_gap(struct gap *gaps, size_t *count, const struct sample *sample)
{
    for (size_t i = 0; i < *count; i++)
        if (gaps[i].sample->status == sample->status &&
            strcmp(gaps[i].sample->platform, sample->platform) == 0 &&
            strcmp(gaps[i].sample->reason, sample->reason) == 0)
            return &gaps[i];
    if (*count == GAPS_MAX)
        return NULL;
    gaps[*count].sample = sample;
    return &gaps[(*count)++];
}

static void add_gap(struct table *table, const struct gap *gap)
{
    static const char *const statuses[] = {
        [SAMPLE_OK] = "",
        [SAMPLE_FAILED] = N_("failed"),
        [SAMPLE_SKIPPED] = N_("skipped"),
        [SAMPLE_TIMEOUT] = N_("took too long"),
    };

    table_add_row(table, 0);
    table_put_string(table, gap->sample->platform, NULL);
    table_put_string(table, _(statuses[gap->sample->status]), NULL);
    table_put_string(table, gap->sample->reason, NULL);
    table_put_string(table, gap->experiments, NULL);
}

struct table *report_gaps(const struct analysis *analysis)
{
    const struct table_column columns[] = {
        {"platform",    _("box"),         TABLE_LEFT             },
        {"status",      "",               TABLE_LEFT             },
        {"reason",      _("reason"),      TABLE_LEFT | TABLE_WRAP},
        {"experiments", _("experiments"), TABLE_LEFT | TABLE_WRAP},
    };
    const struct results *results = &analysis->results;
    struct table *table = table_new(NULL, NULL);
    struct gap *gaps = calloc(GAPS_MAX, sizeof *gaps);
    size_t count = 0;

    if (!table || !gaps) {
        table_free(table);
        free(gaps);
        return NULL;
    }
    table_set_columns(table, columns, 4);
    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        struct gap *gap = sample->status == SAMPLE_OK ? NULL : find_gap(gaps, &count, sample);
        if (gap)
            add_experiment(gap, sample->experiment);
    }
    for (size_t i = 0; i < count; i++)
        add_gap(table, &gaps[i]);
    free(gaps);
    return table;
}

void report_method(const struct analysis *analysis,
                   void (*paragraph)(void *context, const char *text), void *context)
{
    char text[1024];

    paragraph(context,
              _("Every box is started by its command, as a user would start it, with the same "
                "unmodified program. Runs come in blocks: each block has every box once, in an "
                "order drawn from the seed, so that a machine that grows slower meets all alike. "
                "Before a single run there is a pause of 40 ms; runs without it are bursts, and "
                "never mixed with these."));
    snprintf(text, sizeof text,
             _("A figure is the median of its runs. Its interval holds the true median with 95 %% "
               "confidence: from one of the runs to another, by their order alone. Quantiles are "
               "interpolated linearly (definition 7 of Hyndman and Fan). A ratio is the median of "
               "the ratios to native within each block, with an interval of its own: percentile "
               "bootstrap over blocks, %d resamples, seed %lld; of fewer than 10 blocks by "
               "their order, too. Outliers, more than 1.5 "
               "interquartile ranges outside the quartiles, are counted and never dropped. A 99th "
               "percentile is given from 100 runs on. Several modes are told by Hartigan's dip "
               "test, a drift by Spearman's correlation with the block, both at 1 %%."),
             STATISTICS_RESAMPLES, (long long)analysis->results.seed);
    paragraph(context, text);
    paragraph(context,
              _("Native runs twice in each block. The ratio of the two should be 1; how far its "
                "interval reaches from 1 is the noise floor of this machine on this day. A ratio "
                "whose whole interval lies within the floor is shown as ~, and means no more than "
                "1."));
}
