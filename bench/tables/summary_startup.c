/* SPDX-License-Identifier: MIT */
/* Of what a start consists: a table of stages, and one of kinds of namespaces. */
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/stages.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

/* The measure of startup with just these; NULL: there is none. */
static const struct measure *find(const struct figures *figures, const char *params,
                                  const char *metric)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, "startup") == 0 && strcmp(measure->params, params) == 0 &&
            strcmp(measure->metric, metric) == 0)
            return measure;
    }
    return NULL;
}

/* The figures of single runs, or of bursts where nothing else was measured. */
static const char *stage_params(const struct figures *figures)
{
    static const char *const params[] = {"mode=single,timeline=yes", "mode=burst,timeline=yes"};

    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if (find(figures, params[i], "end_ns"))
            return params[i];
    return NULL;
}

/* A platform has a column where it was measured, or there is a reason why it was not. */
static bool has_column(const struct measure *total, size_t platform)
{
    return total->figures[platform].value.count > 0 || total->figures[platform].reason;
}

static void put_median(struct table *table, const struct measure *measure, size_t platform)
{
    const struct figure *figure = &measure->figures[platform];
    char text[MEASURE_TEXT_MAX];

    if (figure->value.count > 0) {
        measure_print_value(text, UNIT_NS, figure->value.median);
        table_put_number(table, figure->value.median, "%s", text);
        return;
    }
    bool total = figure->reason && strcmp(measure->metric, "end_ns") == 0;
    table_put_none(table, !total ? "–" : figure->skipped ? _("skipped") : _("failed"));
    table_tone(table, total && !figure->skipped ? TONE_BAD : TONE_WEAK);
    if (total)
        table_footnote(table, "%s", figure->reason);
}

static void add_stage_row(struct table *table, const struct figures *figures, const char *name,
                          const struct measure *measure, const struct measure *total)
{
    table_add_row(table, 0);
    table_put_string(table, name, NULL);
    for (size_t i = 0; i < figures->platform_count; i++)
        if (has_column(total, i))
            put_median(table, measure, i);
}

struct table *summary_stages(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    const char *params = stage_params(figures);
    struct table_column columns[FIGURES_PLATFORMS_MAX + 1] = {
        {"stage", "", TABLE_LEFT}
    };
    size_t count = 1;

    if (!params)
        return NULL;
    const struct measure *total = find(figures, params, "end_ns");
    struct table *table = table_new(_("Of what a start consists, stage by stage"), NULL);
    if (!table)
        return NULL;
    for (size_t i = 0; i < figures->platform_count; i++)
        if (has_column(total, i))
            columns[count++] = (struct table_column){
                figures->platforms[i],
                _(measure_platform_title(&analysis->results, figures->platforms[i])), TABLE_LEFT};
    table_set_columns(table, columns, count);
    for (size_t i = 0; i < stages_count; i++) {
        const struct measure *measure = find(figures, params, stages[i].metric);
        if (measure)
            add_stage_row(table, figures, stages[i].name, measure, total);
    }
    const struct measure *rest = find(figures, params, "no_stage_ns");
    if (rest)
        add_stage_row(table, figures, _("in no stage"), rest, total);
    add_stage_row(table, figures, _("start to exit"), total, total);
    table_note(table, "", "%s",
               _("medians, from the tools' own timelines, in runs of their own, since writing "
                 "one takes time; a stage may lie within another"));
    return table;
}

/*
 * "mode=single,namespaces=net" to "net"; NULL: it is no such measure of this mode. Those of which
 * only reasons are known have no metric.
 */
static const char *namespaces_of(const struct measure *measure, const char *mode)
{
    static const char key[] = ",namespaces=";
    size_t length = strlen(mode);
    bool named = strcmp(measure->metric, "end_ns") == 0 || !*measure->metric;

    if (strcmp(measure->experiment, "startup") != 0 || !named ||
        strncmp(measure->params, mode, length) != 0 ||
        strncmp(measure->params + length, key, strlen(key)) != 0)
        return NULL;
    return measure->params + length + strlen(key);
}

static void put_with_interval(struct table *table, const struct measure *measure)
{
    char value[MEASURE_TEXT_MAX], low[MEASURE_TEXT_MAX], high[MEASURE_TEXT_MAX];
    const struct figure *figure = measure ? &measure->figures[0] : NULL;

    if (!figure || figure->value.count == 0) {
        table_put_none(table, figure && figure->skipped ? _("skipped") : "–");
        table_tone(table, TONE_WEAK);
        if (figure && figure->reason)
            table_footnote(table, "%s", figure->reason);
        return;
    }
    measure_print_value(value, UNIT_NS, figure->value.median);
    measure_print_value(low, UNIT_NS, figure->value.low);
    measure_print_value(high, UNIT_NS, figure->value.high);
    if (figure->value.has_interval)
        table_put_number(table, figure->value.median, "%s [%s – %s]", value, low, high);
    else
        table_put_number(table, figure->value.median, "%s", value);
}

static const struct measure *find_namespaces(const struct figures *figures, const char *mode,
                                             const char *kinds)
{
    char params[256];

    snprintf(params, sizeof params, "%s,namespaces=%s", mode, kinds);
    const struct measure *measure = find(figures, params, "end_ns");
    return measure ? measure : find(figures, params, "");
}

static void add_namespaces(struct table *table, const struct figures *figures, const char *kinds)
{
    table_add_row(table, 0);
    table_put_string(table, kinds, NULL);
    put_with_interval(table, find_namespaces(figures, "mode=single", kinds));
    put_with_interval(table, find_namespaces(figures, "mode=burst", kinds));
}

struct table *summary_namespaces(const struct analysis *analysis)
{
    static const char *const modes[] = {"mode=single", "mode=burst"};
    const struct figures *figures = &analysis->figures;
    const char *mode = NULL, *kinds;
    const struct table_column columns[] = {
        {"namespaces", _("new namespaces"),        TABLE_LEFT},
        {"single",     _("start to exit, single"), TABLE_LEFT},
        {"burst",      _("burst"),                 TABLE_LEFT},
    };

    for (size_t j = 0; j < sizeof modes / sizeof *modes && !mode; j++)
        for (size_t i = 0; i < figures->measure_count && !mode; i++)
            if (namespaces_of(&figures->measures[i], modes[j]))
                mode = modes[j];
    struct table *table = mode ? table_new(_("What namespaces add to a native start"), NULL) : NULL;
    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    /* What everything is compared with comes first; the others are sorted by name. */
    add_namespaces(table, figures, "none");
    for (size_t i = 0; i < figures->measure_count; i++)
        if ((kinds = namespaces_of(&figures->measures[i], mode)) && strcmp(kinds, "none") != 0)
            add_namespaces(table, figures, kinds);
    table_note(table, "", "%s",
               _("medians, with an interval of 95 %; taking a network down is not in it, which the "
                 "kernel does later"));
    return table;
}
