/* SPDX-License-Identifier: MIT */
#include "bench/report/report_method.h"

#include <jansson.h>
#include <stdio.h>
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

/* Gaps */

enum { GAPS_MAX = 200 };

static bool is_known(const struct sample *const gaps[], size_t count, const struct sample *sample)
{
    for (size_t i = 0; i < count; i++)
        if (gaps[i]->status == sample->status && gaps[i]->platform == sample->platform &&
            gaps[i]->experiment == sample->experiment && gaps[i]->reason == sample->reason)
            return true;
    return false;
}

struct table *report_gaps(const struct analysis *analysis)
{
    static const char *const statuses[] = {
        [SAMPLE_OK] = "",
        [SAMPLE_FAILED] = N_("failed"),
        [SAMPLE_SKIPPED] = N_("skipped"),
        [SAMPLE_TIMEOUT] = N_("took too long"),
    };
    const struct table_column columns[] = {
        {"platform",   _("box"),        TABLE_LEFT             },
        {"experiment", _("experiment"), TABLE_LEFT             },
        {"status",     "",              TABLE_LEFT             },
        {"reason",     _("reason"),     TABLE_LEFT | TABLE_WRAP},
    };
    const struct results *results = &analysis->results;
    struct table *table = table_new(NULL, NULL);
    const struct sample *gaps[GAPS_MAX];
    size_t count = 0;

    if (!table)
        return NULL;
    table_set_columns(table, columns, 4);
    for (size_t i = 0; i < results->sample_count && count < GAPS_MAX; i++) {
        const struct sample *sample = &results->samples[i];
        if (sample->status == SAMPLE_OK || is_known(gaps, count, sample))
            continue;
        gaps[count++] = sample;
        table_add_row(table, 0);
        table_put_string(table, sample->platform, NULL);
        table_put_string(table, sample->experiment, NULL);
        table_put_string(table, _(statuses[sample->status]), NULL);
        table_put_string(table, sample->reason, NULL);
    }
    return table;
}

/* Threats */

static const char *fact(const struct analysis *analysis, const char *part, const char *key)
{
    const char *text =
        json_string_value(json_object_get(json_object_get(analysis->environment, part), key));

    return text ? text : "";
}

static void threaten_machine(const struct analysis *analysis,
                             void (*threat)(void *context, const char *sentence), void *context)
{
    const char *hypervisor = fact(analysis, "hypervisor", "id");
    const char *governor = fact(analysis, "frequency", "governor");
    char text[512];

    if (!analysis->environment) {
        threat(context, _("The machine is unknown: there is no env.json."));
        return;
    }
    if (*hypervisor && strcmp(hypervisor, "none") != 0) {
        snprintf(text, sizeof text,
                 _("The host is itself a virtual machine (%s): its neighbours take time that it "
                   "cannot see, and every exit of a guest here costs more than on bare metal."),
                 fact(analysis, "hypervisor", "name"));
        threat(context, text);
    }
    if (strcmp(fact(analysis, "kvm", "back_end"), "software") == 0)
        threat(context,
               _("KVM here is a software back end, without the processor's help: what the VM costs "
                 "here says little about a machine with VT-x or AMD-V."));
    if (!*governor)
        threat(context, _("The frequency governor is not to be seen from here: the processor may "
                          "change its speed between runs."));
    else if (strcmp(governor, "performance") != 0) {
        snprintf(text, sizeof text,
                 _("The frequency governor is '%s': the processor changes its speed between runs."),
                 governor);
        threat(context, text);
    }
}

static void threaten_statistics(const struct analysis *analysis,
                                void (*threat)(void *context, const char *sentence), void *context)
{
    double smallest = 0, largest = 0;
    size_t least, most;
    char text[512];

    analysis_runs(analysis, &least, &most);
    if (least > 0 && least < STATISTICS_INTERVAL_MIN)
        threat(context, _("Some figures come from fewer than 6 runs. They have no interval, and "
                          "nothing can be said of how far they are from the truth."));
    if (!analysis_noise(analysis, &smallest, &largest)) {
        threat(context, _("Native was not measured against native, so this machine's noise is "
                          "unknown: small differences mean nothing."));
    } else if (largest > 0.05) {
        snprintf(text, sizeof text,
                 _("The machine was noisy: native differed from itself by up to %.1f %%."),
                 100 * largest);
        threat(context, text);
    }
    if (analysis->results.torn)
        threat(context, _("The run was cut off before its end."));
    if (analysis->results.damage_count > 0)
        threat(context, _("Some lines of samples.jsonl were damaged and are left out."));
}

void report_threats(const struct analysis *analysis,
                    void (*threat)(void *context, const char *sentence), void *context)
{
    threaten_machine(analysis, threat, context);
    threaten_statistics(analysis, threat, context);
    threat(context, _("One machine, one day. Another processor, kernel or neighbour gives other "
                      "figures; the ratios carry further than the times, and no further than to "
                      "machines like this one."));
    threat(context, _("Small programs. A box that is slow to start may be as fast as any once it "
                      "runs, and the other way round: ask which of the two your work is."));
    threat(context, _("An interval says how far chance moves the median. It says nothing of a "
                      "mistake that every run makes alike."));
    threat(context, _("The probes of the escape matrix try what is known. That all are refused "
                      "does not mean that there is no way out."));
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
               "bootstrap over blocks, %d resamples, seed %lld. Outliers, more than 1.5 "
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
