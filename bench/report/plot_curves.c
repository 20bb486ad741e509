/* SPDX-License-Identifier: MIT */
/* The data of the density curves, and of the stages of a start. */
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/report/plot_data.h"
#include "bench/results/params.h"
#include "bench/results/stages.h"
#include "common/i18n.h"

enum { POINTS_MAX = 64 };

/* One place on a curve: so many boxes, and what was measured with them. */
struct point {
    long instances;
    double start_ns, pss_bytes; /* negative: not measured */
};

static int by_instances(const void *left, const void *right)
{
    const struct point *a = left, *b = right;
    return (a->instances > b->instances) - (a->instances < b->instances);
}

/* The point of so many instances, a new one where there is none yet; NULL: there are too many. */
static struct point *point_of(struct point *points, size_t *count, long instances)
{
    for (size_t i = 0; i < *count; i++)
        if (points[i].instances == instances)
            return &points[i];
    if (*count == POINTS_MAX)
        return NULL;
    points[*count] = (struct point){instances, -1, -1};
    return &points[(*count)++];
}

static size_t find_points(const struct figures *figures, size_t platform, const char *machine,
                          struct point points[POINTS_MAX])
{
    size_t count = 0, length;
    char text[32];

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        bool start = strcmp(measure->metric, "start_ns") == 0;
        if (strcmp(measure->experiment, "density") != 0 ||
            (!start && strcmp(measure->metric, "pss_bytes") != 0) ||
            measure->figures[platform].value.count == 0 ||
            strcmp(measure_machine(measure, &length), machine) != 0)
            continue;
        long instances =
            strtol(params_get(measure->params, "instances", text, sizeof text), NULL, 10);
        struct point *point = instances > 0 ? point_of(points, &count, instances) : NULL;
        if (point)
            *(start ? &point->start_ns : &point->pss_bytes) =
                measure->figures[platform].value.median;
    }
    qsort(points, count, sizeof *points, by_instances);
    return count;
}

static void print_point(FILE *out, const struct point *point)
{
    fprintf(out, "%ld ", point->instances);
    /* A logarithmic axis has no place for 0. */
    if (point->start_ns > 0)
        fprintf(out, "%.6g ", point->start_ns / 1e6);
    else
        fputs("NaN ", out);
    if (point->pss_bytes > 0)
        fprintf(out, "%.6g\n", point->pss_bytes / 0x1p20);
    else
        fputs("NaN\n", out);
}

/* Why a platform has no curve; NULL: it is not in the experiment at all. */
static const struct figure *find_gap(const struct figures *figures, size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].experiment, "density") == 0 &&
            figures->measures[i].figures[platform].reason)
            return &figures->measures[i].figures[platform];
    return NULL;
}

static bool print_curves(struct plot_job *job, const char *machine)
{
    const struct figures *figures = &job->analysis->figures;
    struct point points[POINTS_MAX];
    char title[PLOT_LABEL_MAX];
    bool any = false;

    for (size_t i = 0; i < figures->platform_count; i++) {
        size_t count = find_points(figures, i, machine, points);
        const struct figure *gap = count > 0 ? NULL : find_gap(figures, i);
        if (count == 0 && !gap)
            continue;
        plot_data_machine_title(job, i, machine, title);
        fprintf(job->out, "\"%s%s\"\n", title, gap ? plot_data_missing(job, gap) : "");
        for (size_t j = 0; j < count; j++)
            print_point(job->out, &points[j]);
        fputs(count > 0 ? "\n\n" : "NaN NaN NaN\n\n\n", job->out);
        any = any || count > 0;
    }
    return any;
}

bool plot_data_density(struct plot_job *job)
{
    struct machines machines;
    bool any = false;

    machines_of_figures(&machines, &job->analysis->figures, "density");
    for (size_t i = 0; i < plot_data_drawn(&machines); i++)
        any = print_curves(job, machines.labels[i]) || any;
    return any;
}

/* The same as lines of text: how long one more takes to start, with so many standing. */
void plot_text_density(const struct analysis *analysis, FILE *out, int width)
{
    const struct figures *figures = &analysis->figures;
    struct point points[POINTS_MAX];
    char title[PLOT_TITLE_MAX], value[MEASURE_TEXT_MAX];
    struct machines machines;
    bool headed = false;

    machines_of_figures(&machines, figures, "density");
    for (size_t i = 0; i < figures->platform_count && machines.count > 0; i++) {
        size_t count = find_points(figures, i, machines.labels[0], points);
        if (count == 0)
            continue;
        if (!headed)
            fprintf(out, "\n%s\n", _("To start one more (boxes that stand: time)"));
        headed = true;
        plot_title(title, measure_platform_title(&analysis->results, figures->platforms[i]));
        int used = fprintf(out, "  %-22.21s", title);
        for (size_t j = 0; j < count; j++) {
            char cell[MEASURE_TEXT_MAX + 32];
            measure_print_value(value, UNIT_NS, points[j].start_ns);
            int length = snprintf(cell, sizeof cell, " %ld: %s", points[j].instances, value);
            if (points[j].start_ns < 0)
                continue;
            if (used + length > width)
                used = fprintf(out, "\n  %-22s", "") - 1;
            used += fprintf(out, "%s", cell);
        }
        fputc('\n', out);
    }
}

/* The measure of a stage in single runs; NULL: there is none. */
static const struct measure *find_stage(const struct figures *figures, const char *metric,
                                        const char *machine)
{
    size_t length;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, "startup") == 0 && strcmp(measure->metric, metric) == 0 &&
            params_have(measure->params, "timeline", "yes") &&
            params_have(measure->params, "mode", "single") &&
            strcmp(measure_machine(measure, &length), machine) == 0)
            return measure;
    }
    return NULL;
}

/* A stage of one box, and when it is drawn. */
struct bar {
    const char *name;
    double start_ms, length_ms;
};

static int by_start(const void *left, const void *right)
{
    const struct bar *a = left, *b = right;
    return (a->start_ms > b->start_ms) - (a->start_ms < b->start_ms);
}

/*
 * The stages of a box in the order in which they began. Where that was not measured for all of
 * them, which older results lack: *timed is false, and they lie one after the other in the order of
 * life.
 */
static size_t find_bars(const struct figures *figures, size_t platform, const char *machine,
                        struct bar bars[STAGES_MAX], bool *timed)
{
    size_t count = 0;
    double at_ms = 0;

    for (size_t i = 0; i < stages_count; i++) {
        const struct measure *length = find_stage(figures, stages[i].metric, machine);
        const struct measure *start = find_stage(figures, stages[i].at_metric, machine);
        if (!length || length->figures[platform].value.count == 0)
            continue;
        struct bar bar = {stages[i].name, 0, length->figures[platform].value.median / 1e6};
        if (start && start->figures[platform].value.count > 0)
            bar.start_ms = start->figures[platform].value.median / 1e6;
        else
            *timed = false;
        bars[count++] = bar;
    }
    if (*timed)
        qsort(bars, count, sizeof *bars, by_start);
    for (size_t i = 0; i < count && !*timed; i++) {
        bars[i].start_ms = at_ms;
        at_ms += bars[i].length_ms;
    }
    return count;
}

bool plot_data_stages(struct plot_job *job)
{
    const struct figures *figures = &job->analysis->figures;
    char title[PLOT_LABEL_MAX], name[PLOT_LABEL_MAX];
    struct bar bars[STAGES_MAX];
    struct machines machines;
    unsigned row = 0, boxes = 0;
    bool timed = true;

    machines_of_figures(&machines, figures, "startup");
    size_t columns = figures->platform_count * plot_data_drawn(&machines);
    for (size_t i = 0; i < columns; i++) /* for all or for none */
        find_bars(figures, i % figures->platform_count,
                  machines.labels[i / figures->platform_count], bars, &timed);
    for (size_t i = 0; i < columns; i++) {
        size_t platform = i % figures->platform_count;
        const char *machine = machines.labels[i / figures->platform_count];
        size_t count = find_bars(figures, platform, machine, bars, &timed);
        plot_data_machine_title(job, platform, machine, title);
        for (size_t j = 0; j < count; j++) {
            plot_label(name, plot_say(job, bars[j].name));
            fprintf(job->out, "%u \"%s: %s\" %.6g %.6g %u\n", ++row, title, name, bars[j].start_ms,
                    bars[j].start_ms + bars[j].length_ms, boxes % 2);
        }
        boxes += count > 0;
    }
    job->label = plot_say(job, timed ? N_("time since the start (ms)")
                                     : N_("medians of the stages, one after the other (ms)"));
    return row > 0;
}
