/* SPDX-License-Identifier: MIT */
/* What has a table of its own beside the comparison: neighbours, and threads on processors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/params.h"
#include "bench/tables/machines.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

enum { PARAM_MAX = 48, ROWS_MAX = 256 };

/* A table in the making. */
struct matrix {
    const struct analysis *analysis;
    const struct figures *figures;
    const char *experiment;
    struct table *table;
    struct machines machines;
    const char *machine;                   /* whose rows are being added */
    size_t columns[FIGURES_PLATFORMS_MAX]; /* the platforms that have something to say */
    size_t column_count;
};

static bool has_something(const struct figure *figure)
{
    return figure->value.count > 0 || figure->reason;
}

static bool start(struct matrix *matrix, const struct analysis *analysis, const char *experiment,
                  const char *title)
{
    const struct figures *figures = &analysis->figures;
    struct table_column columns[FIGURES_PLATFORMS_MAX + 1] = {
        {"measure", "", TABLE_LEFT}
    };

    *matrix = (struct matrix){.analysis = analysis, .figures = figures, .experiment = experiment};
    for (size_t i = 0; i < figures->platform_count; i++) {
        bool any = false;
        for (size_t j = 0; j < figures->measure_count && !any; j++)
            any = strcmp(figures->measures[j].experiment, experiment) == 0 &&
                  has_something(&figures->measures[j].figures[i]);
        if (!any)
            continue;
        matrix->columns[matrix->column_count++] = i;
        columns[matrix->column_count] = (struct table_column){
            figures->platforms[i],
            _(measure_platform_title(&analysis->results, figures->platforms[i])), TABLE_LEFT};
    }
    if (matrix->column_count == 0)
        return false;
    matrix->table = table_new(title, NULL);
    if (!matrix->table)
        return false;
    table_set_columns(matrix->table, columns, matrix->column_count + 1);
    machines_of_figures(&matrix->machines, figures, experiment);
    return true;
}

/* From here on, rows are those of that machine. */
static void turn_to(struct matrix *matrix, size_t machine)
{
    matrix->machine = matrix->machines.labels[machine];
    machine_add_heading(matrix->table, matrix->analysis, matrix->machine);
}

/* NULL: nobody measured that. */
static const struct measure *find(const struct matrix *matrix, const char *workload,
                                  const char *params, const char *metric)
{
    for (size_t i = 0; i < matrix->figures->measure_count; i++) {
        const struct measure *measure = &matrix->figures->measures[i];
        if (strcmp(measure->experiment, matrix->experiment) == 0 &&
            strcmp(measure->workload, workload) == 0 &&
            machine_has(measure, params, matrix->machine) &&
            (strcmp(measure->metric, metric) == 0 || !*measure->metric))
            return measure;
    }
    return NULL;
}

static bool has_values(const struct matrix *matrix, const struct measure *measure)
{
    for (size_t i = 0; measure && i < matrix->column_count; i++)
        if (measure->figures[matrix->columns[i]].value.count > 0)
            return true;
    return false;
}

static const struct figure *figure_of(const struct measure *measure, size_t platform)
{
    return measure ? &measure->figures[platform] : NULL;
}

static bool has_value(const struct figure *figure)
{
    return figure && figure->value.count > 0;
}

static void put_none(struct table *table, const struct figure *figure)
{
    if (!figure || !figure->reason) {
        table_put_none(table, "–");
        table_tone(table, TONE_WEAK);
        return;
    }
    table_put_none(table, figure->skipped ? _("skipped") : _("failed"));
    table_tone(table, figure->skipped ? TONE_WEAK : TONE_BAD);
    table_footnote(table, "%s", *figure->reason ? figure->reason : _("no reason was given"));
}

/* "3.4": how many times as much; three digits are more than such a ratio knows. */
static void print_times(char text[MEASURE_TEXT_MAX], const struct figure *figure,
                        const struct figure *base)
{
    double times = base->value.median > 0 ? figure->value.median / base->value.median : 0;

    snprintf(text, MEASURE_TEXT_MAX, "%.*f", times < 9.95 ? 1 : 0, times);
}

static void put_median(struct matrix *matrix, const struct measure *measure, size_t platform)
{
    const struct figure *figure = figure_of(measure, platform);
    char text[MEASURE_TEXT_MAX];

    if (!has_value(figure)) {
        put_none(matrix->table, figure);
        return;
    }
    measure_print_value(text, measure_unit(measure->metric), figure->value.median);
    table_put_number(matrix->table, figure->value.median, "%s", text);
}

static void warn_in_note(void *context, const char *sentence)
{
    table_note(context, "!", "%s", sentence);
}

static void add_notes(struct table *table, const struct analysis *analysis)
{
    size_t least, most;
    char runs[64];

    analysis_runs(analysis, &least, &most);
    snprintf(runs, sizeof runs, least == most ? "%zu" : "%zu–%zu", least, most);
    table_note(table, "", _("medians; runs: %s, seed %lld, outliers: %zu, none dropped"), runs,
               (long long)analysis->results.seed, analysis_outliers(analysis));
    analysis_warn(analysis, warn_in_note, table);
}

/* Neighbours */

static const char *const victims[] = {"server", "integer", "disk"};
static const char *const antagonists[] = {"cpu", "memory", "cache", "fork", "disk", "network"};
enum { VICTIMS = sizeof victims / sizeof *victims };
enum { ANTAGONISTS = sizeof antagonists / sizeof *antagonists };

static const struct measure *find_pair(const struct matrix *matrix, const char *victim,
                                       const char *antagonist, bool limited, const char *metric)
{
    char params[PARAMS_TEXT_MAX];

    snprintf(params, sizeof params, "antagonist=%s,limits=%s", antagonist, limited ? "on" : "off");
    return find(matrix, victim, params, metric);
}

static void add_alone(struct matrix *matrix, const char *victim, bool limited, const char *metric,
                      const char *label)
{
    const struct measure *measure = find_pair(matrix, victim, "none", limited, metric);

    table_add_row(matrix->table, limited ? 1 : 0);
    table_put_string(matrix->table, label, NULL);
    for (size_t i = 0; i < matrix->column_count; i++)
        put_median(matrix, measure, matrix->columns[i]);
}

/* "1.9 / 12": the median and the 99th percentile, as multiples of those alone. */
static void put_slowdown(struct matrix *matrix, const char *victim, const char *antagonist,
                         bool limited, size_t platform)
{
    char median[MEASURE_TEXT_MAX], tail[MEASURE_TEXT_MAX] = "–", both[2 * MEASURE_TEXT_MAX + 4];
    const struct figure *p50 =
        figure_of(find_pair(matrix, victim, antagonist, limited, "p50_ns"), platform);
    const struct figure *p99 =
        figure_of(find_pair(matrix, victim, antagonist, limited, "p99_ns"), platform);
    const struct figure *p50_alone =
        figure_of(find_pair(matrix, victim, "none", limited, "p50_ns"), platform);
    const struct figure *p99_alone =
        figure_of(find_pair(matrix, victim, "none", limited, "p99_ns"), platform);

    if (!has_value(p50) || !has_value(p50_alone)) {
        put_none(matrix->table, p50);
        return;
    }
    print_times(median, p50, p50_alone);
    if (has_value(p99) && has_value(p99_alone))
        print_times(tail, p99, p99_alone);
    snprintf(both, sizeof both, "%s / %s", median, tail);
    table_put_string(matrix->table, both, NULL);
}

static void add_slowdown(struct matrix *matrix, const char *victim, const char *antagonist,
                         bool limited, const char *label)
{
    table_add_row(matrix->table, limited ? 1 : 0);
    table_put_string(matrix->table, label, NULL);
    for (size_t i = 0; i < matrix->column_count; i++)
        put_slowdown(matrix, victim, antagonist, limited, matrix->columns[i]);
}

static void add_victim(struct matrix *matrix, const char *victim)
{
    char text[128];
    bool limited = has_values(matrix, find_pair(matrix, victim, "none", true, "p50_ns"));

    snprintf(text, sizeof text, _("victim: %s"), victim);
    table_add_heading(matrix->table, text);
    add_alone(matrix, victim, false, "p50_ns", _("alone: median"));
    if (limited)
        add_alone(matrix, victim, true, "p50_ns", _("with limits"));
    add_alone(matrix, victim, false, "p99_ns", _("alone: p99"));
    if (limited)
        add_alone(matrix, victim, true, "p99_ns", _("with limits"));
    for (size_t i = 0; i < ANTAGONISTS; i++) {
        snprintf(text, sizeof text, _("beside %s"), antagonists[i]);
        add_slowdown(matrix, victim, antagonists[i], false, text);
        if (limited)
            add_slowdown(matrix, victim, antagonists[i], true, _("with limits"));
    }
}

static void put_rate(struct table *table, double rate)
{
    table_put_number(table, rate, rate < 99.5 ? "%.3g" : "%.0f", rate);
}

/* What the aggressor got in a second, by the medians. */
static void add_gain(struct matrix *matrix, const char *antagonist, bool limited, const char *label)
{
    const struct measure *work =
        find_pair(matrix, "server", antagonist, limited, "aggressor_work_n");
    const struct measure *window = find_pair(matrix, "server", antagonist, limited, "window_ns");

    table_add_row(matrix->table, limited ? 1 : 0);
    table_put_string(matrix->table, label, NULL);
    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct figure *got = figure_of(work, matrix->columns[i]);
        const struct figure *in = figure_of(window, matrix->columns[i]);
        if (has_value(got) && has_value(in) && in->value.median > 0)
            put_rate(matrix->table, got->value.median / in->value.median * 1e9);
        else
            put_none(matrix->table, got);
    }
}

static void add_gains(struct matrix *matrix)
{
    static const char *const units[ANTAGONISTS] = {
        N_("cpu, 100k steps"), N_("memory, MiB"), N_("cache, MiB"),
        N_("fork, children"),  N_("disk, MiB"),   N_("network, MiB"),
    };

    table_add_heading(matrix->table, _("what the aggressor got in a second, beside the server"));
    for (size_t i = 0; i < ANTAGONISTS; i++) {
        const struct measure *limited =
            find_pair(matrix, "server", antagonists[i], true, "aggressor_work_n");
        add_gain(matrix, antagonists[i], false, _(units[i]));
        if (has_values(matrix, limited))
            add_gain(matrix, antagonists[i], true, _("with limits"));
    }
}

struct table *summary_neighbours(const struct analysis *analysis)
{
    struct matrix matrix;

    if (!start(&matrix, analysis, "neighbours", _("Beside a greedy neighbour, on one processor")))
        return NULL;
    for (size_t i = 0; i < matrix.machines.count; i++) {
        turn_to(&matrix, i);
        for (size_t j = 0; j < VICTIMS; j++)
            if (has_values(&matrix, find_pair(&matrix, victims[j], "none", false, "p50_ns")) ||
                has_values(&matrix, find_pair(&matrix, victims[j], "none", true, "p50_ns")))
                add_victim(&matrix, victims[j]);
        add_gains(&matrix);
    }
    table_note(matrix.table, "1.0 / 1.0",
               _("median and p99 of the victim's requests, as multiples of those alone under the "
                 "same limits; of several runs, one median divided by the other"));
    machines_add_note(matrix.table, &matrix.machines);
    add_notes(matrix.table, analysis);
    return matrix.table;
}

/* Threads on processors */

/* "cpus=2,threads=4" */
struct shape {
    unsigned cpus, threads;
};

static int compare_shapes(const void *left, const void *right)
{
    const struct shape *a = left, *b = right;

    if (a->cpus != b->cpus)
        return a->cpus < b->cpus ? -1 : 1;
    return (a->threads > b->threads) - (a->threads < b->threads);
}

static size_t find_shapes(const struct matrix *matrix, struct shape shapes[ROWS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < matrix->figures->measure_count && count < ROWS_MAX; i++) {
        const struct measure *measure = &matrix->figures->measures[i];
        char cpus[PARAM_MAX], threads[PARAM_MAX];
        size_t length;
        if (strcmp(measure->experiment, matrix->experiment) != 0 ||
            strcmp(measure->metric, "turn_ns") != 0 ||
            strcmp(measure_machine(measure, &length), matrix->machine) != 0)
            continue;
        params_get(measure->params, "cpus", cpus, sizeof cpus);
        params_get(measure->params, "threads", threads, sizeof threads);
        shapes[count++] =
            (struct shape){(unsigned)strtoul(cpus, NULL, 10), (unsigned)strtoul(threads, NULL, 10)};
    }
    qsort(shapes, count, sizeof *shapes, compare_shapes);
    return count;
}

static const struct measure *find_shape(const struct matrix *matrix, const struct shape *shape)
{
    char params[PARAMS_TEXT_MAX];

    snprintf(params, sizeof params, "cpus=%u,threads=%u", shape->cpus, shape->threads);
    return find(matrix, "parallel", params, "turn_ns");
}

static void add_shape(struct matrix *matrix, const struct shape *shape)
{
    static const struct shape single = {1, 1};
    const struct measure *measure = find_shape(matrix, shape), *base = find_shape(matrix, &single);
    char label[64], text[MEASURE_TEXT_MAX];

    snprintf(label, sizeof label, _("threads: %u on %u"), shape->threads, shape->cpus);
    table_add_row(matrix->table, 1);
    table_put_string(matrix->table, label, NULL);
    for (size_t i = 0; i < matrix->column_count; i++) {
        const struct figure *figure = figure_of(measure, matrix->columns[i]);
        const struct figure *one = figure_of(base, matrix->columns[i]);
        if (!has_value(figure) || !has_value(one) || figure->value.median <= 0) {
            put_none(matrix->table, figure);
            continue;
        }
        /* A time for each step: the shorter, the more is done. */
        print_times(text, one, figure);
        table_put_number(matrix->table, one->value.median / figure->value.median, "%s", text);
    }
}

static void add_shapes(struct matrix *matrix)
{
    static const struct shape single = {1, 1};
    struct shape shapes[ROWS_MAX];
    size_t count = find_shapes(matrix, shapes);

    table_add_row(matrix->table, 0);
    table_put_string(matrix->table, _("a step, 1 thread on 1"), NULL);
    for (size_t i = 0; i < matrix->column_count; i++)
        put_median(matrix, find_shape(matrix, &single), matrix->columns[i]);
    table_add_heading(matrix->table, _("how many times as much is done"));
    for (size_t i = 0; i < count; i++)
        if (compare_shapes(&shapes[i], &single) != 0)
            add_shape(matrix, &shapes[i]);
}

struct table *summary_vcores(const struct analysis *analysis)
{
    struct matrix matrix;

    if (!start(&matrix, analysis, "vcores", _("Threads on processors")))
        return NULL;
    for (size_t i = 0; i < matrix.machines.count; i++) {
        turn_to(&matrix, i);
        add_shapes(&matrix);
    }
    machines_add_note(matrix.table, &matrix.machines);
    add_notes(matrix.table, analysis);
    return matrix.table;
}
