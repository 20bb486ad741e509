/* SPDX-License-Identifier: MIT */
/* Of what a start consists: a table of stages, and one of kinds of namespaces. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/params.h"
#include "bench/results/stages.h"
#include "bench/tables/machines.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

enum { NAMESPACES_MAX = 128, NAMESPACES_TEXT_MAX = 128 };

/* The measure of startup with just these on that machine; NULL: there is none. */
static const struct measure *find(const struct figures *figures, const char *machine,
                                  const char *params, const char *metric)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, "startup") == 0 && machine_has(measure, params, machine) &&
            strcmp(measure->metric, metric) == 0)
            return measure;
    }
    return NULL;
}

/* The figures of single runs, or of bursts where nothing else was measured. */
static const char *stage_params(const struct figures *figures, const char *machine)
{
    static const char *const params[] = {"mode=single,timeline=yes", "mode=burst,timeline=yes"};

    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        if (find(figures, machine, params[i], "end_ns"))
            return params[i];
    return NULL;
}

/* The stages in the making; a platform has a column where it was measured, or a reason says why
 * not. */
struct stage_table {
    const struct figures *figures;
    struct table *table;
    struct machines machines;
    bool has_column[FIGURES_PLATFORMS_MAX];
};

static bool find_columns(struct stage_table *making)
{
    const struct figures *figures = making->figures;
    bool any = false;

    machines_of_figures(&making->machines, figures, "startup");
    for (size_t i = 0; i < making->machines.count; i++) {
        const char *machine = making->machines.labels[i], *params = stage_params(figures, machine);
        const struct measure *total = params ? find(figures, machine, params, "end_ns") : NULL;
        for (size_t j = 0; total && j < figures->platform_count; j++)
            if (total->figures[j].value.count > 0 || total->figures[j].reason)
                any = making->has_column[j] = true;
    }
    return any;
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

static void add_stage_row(const struct stage_table *making, const char *name, unsigned depth,
                          const struct measure *measure)
{
    table_add_row(making->table, depth);
    table_put_string(making->table, name, NULL);
    for (size_t i = 0; i < making->figures->platform_count; i++)
        if (making->has_column[i])
            put_median(making->table, measure, i);
}

static void add_stages(const struct stage_table *making, const char *machine)
{
    const struct figures *figures = making->figures;
    const char *params = stage_params(figures, machine);

    for (size_t i = 0; i < stages_count; i++) {
        const struct measure *measure = find(figures, machine, params, stages[i].metric);
        if (measure)
            add_stage_row(making, _(stages[i].name), stages[i].inside, measure);
    }
    const struct measure *rest = find(figures, machine, params, "no_stage_ns");
    if (rest)
        add_stage_row(making, _("in no stage"), 0, rest);
    add_stage_row(making, _("start to exit"), 0, find(figures, machine, params, "end_ns"));
}

struct table *summary_stages(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    struct stage_table making = {.figures = figures};
    struct table_column columns[FIGURES_PLATFORMS_MAX + 1] = {
        {"stage", "", TABLE_LEFT}
    };
    size_t count = 1;

    if (!find_columns(&making))
        return NULL;
    making.table = table_new(_("Of what a start consists, stage by stage"), NULL);
    if (!making.table)
        return NULL;
    for (size_t i = 0; i < figures->platform_count; i++)
        if (making.has_column[i])
            columns[count++] = (struct table_column){
                figures->platforms[i],
                _(measure_platform_title(&analysis->results, figures->platforms[i])), TABLE_LEFT};
    table_set_columns(making.table, columns, count);
    for (size_t i = 0; i < making.machines.count; i++) {
        if (!stage_params(figures, making.machines.labels[i]))
            continue;
        machine_add_heading(making.table, analysis, making.machines.labels[i]);
        add_stages(&making, making.machines.labels[i]);
    }
    table_note(making.table, "", "%s",
               _("medians, from the tools' own timelines, in runs of their own, since writing "
                 "one takes time; one that lies within the stage above it stands further in; in no "
                 "stage: the tool's own start and end, and waiting until a process runs"));
    machines_add_note(making.table, &making.machines);
    return making.table;
}

/*
 * Whether it is a measure of namespaces, and then its kinds: "mode=single,namespaces=net" to "net".
 * Those of which only reasons are known have no metric.
 */
static bool namespaces_of(const struct measure *measure, char kinds[NAMESPACES_TEXT_MAX])
{
    bool named = strcmp(measure->metric, "end_ns") == 0 || !*measure->metric;

    return strcmp(measure->experiment, "startup") == 0 && named &&
           *params_get(measure->params, "namespaces", kinds, NAMESPACES_TEXT_MAX);
}

/* What everything is compared with, then in the order in which the kernel makes them, then several
   at once. */
static size_t namespaces_rank(const char *kinds)
{
    static const char *const order[] = {"none", "user", "mnt",    "uts", "ipc",
                                        "pid",  "time", "cgroup", "net"};
    enum { KINDS = sizeof order / sizeof *order };
    size_t rank = 0;

    while (rank < KINDS && strcmp(order[rank], kinds) != 0)
        rank++;
    return rank + (strchr(kinds, '+') != NULL);
}

/* The kinds that anybody measured, each once. */
struct kinds {
    char names[NAMESPACES_MAX][NAMESPACES_TEXT_MAX];
    size_t count;
};

static int by_rank(const void *left, const void *right)
{
    size_t a = namespaces_rank(left), b = namespaces_rank(right);

    return a != b ? (a > b) - (a < b) : strcmp(left, right);
}

static void find_kinds(struct kinds *kinds, const struct figures *figures)
{
    char name[NAMESPACES_TEXT_MAX];

    kinds->count = 0;
    for (size_t i = 0; i < figures->measure_count && kinds->count < NAMESPACES_MAX; i++) {
        size_t j = 0;
        if (!namespaces_of(&figures->measures[i], name))
            continue;
        while (j < kinds->count && strcmp(kinds->names[j], name) != 0)
            j++;
        if (j == kinds->count)
            memcpy(kinds->names[kinds->count++], name, sizeof name);
    }
    qsort(kinds->names, kinds->count, sizeof *kinds->names, by_rank);
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

static const struct measure *find_namespaces(const struct figures *figures, const char *machine,
                                             const char *mode, const char *kinds)
{
    char params[NAMESPACES_TEXT_MAX + 64];

    snprintf(params, sizeof params, "mode=%s,namespaces=%s", mode, kinds);
    const struct measure *measure = find(figures, machine, params, "end_ns");
    return measure ? measure : find(figures, machine, params, "");
}

static void add_namespaces(struct table *table, const struct figures *figures, const char *machine,
                           const char *kinds)
{
    const struct measure *single = find_namespaces(figures, machine, "single", kinds);
    const struct measure *burst = find_namespaces(figures, machine, "burst", kinds);

    if (!single && !burst)
        return;
    table_add_row(table, 0);
    table_put_string(table, kinds, NULL);
    put_with_interval(table, single);
    put_with_interval(table, burst);
}

struct table *summary_namespaces(const struct analysis *analysis)
{
    const struct figures *figures = &analysis->figures;
    struct kinds kinds;
    struct machines machines;
    const struct table_column columns[] = {
        {"namespaces", _("new namespaces"),        TABLE_LEFT},
        {"single",     _("start to exit, single"), TABLE_LEFT},
        {"burst",      _("burst"),                 TABLE_LEFT},
    };

    find_kinds(&kinds, figures);
    struct table *table =
        kinds.count > 0 ? table_new(_("What namespaces add to a native start"), NULL) : NULL;
    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    machines_of_figures(&machines, figures, "startup");
    for (size_t i = 0; i < machines.count; i++) {
        machine_add_heading(table, analysis, machines.labels[i]);
        for (size_t j = 0; j < kinds.count; j++)
            add_namespaces(table, figures, machines.labels[i], kinds.names[j]);
    }
    table_note(table, "", "%s",
               _("medians, with an interval of 95 %; taking a network down is not in it, which the "
                 "kernel does later"));
    machines_add_note(table, &machines);
    return table;
}
