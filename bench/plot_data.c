/* SPDX-License-Identifier: MIT */
#include "bench/plot_data.h"

#include <stdlib.h>
#include <string.h>

#include "bench/measures.h"

enum { STEPS_MAX = 400 }; /* more are not to be seen, and make large files */

/* The measures that a distribution is drawn of, best first. */
static const struct {
    const char *experiment, *params, *metric, *label;
} startup_measures[] = {
    {"startup", "mode=single", "first_output_ns", "time from start to first output"           },
    {"startup", "mode=single", "end_ns",          "time from start to exit"                   },
    {"startup", "mode=burst",  "first_output_ns", "time from start to first output, in bursts"},
    {"startup", "mode=burst",  "end_ns",          "time from start to exit, in bursts"        },
    {"program", "",            "first_output_ns", "time from start to first output"           },
    {"program", "",            "end_ns",          "time from start to exit"                   },
};
enum { STARTUP_MEASURES = sizeof startup_measures / sizeof *startup_measures };

static const struct measure *find_startup(const struct analysis *analysis, const char **label)
{
    const struct figures *figures = &analysis->figures;

    for (size_t i = 0; i < STARTUP_MEASURES; i++) {
        for (size_t j = 0; j < figures->measure_count; j++) {
            const struct measure *measure = &figures->measures[j];
            if (strcmp(measure->experiment, startup_measures[i].experiment) == 0 &&
                strcmp(measure->params, startup_measures[i].params) == 0 &&
                strcmp(measure->metric, startup_measures[i].metric) == 0) {
                *label = startup_measures[i].label;
                return measure;
            }
        }
    }
    return NULL;
}

const struct measure *plot_startup_measure(const struct analysis *analysis)
{
    const char *label;

    return find_startup(analysis, &label);
}

/* A block's first line. suffix says why there is no curve. */
static void print_title(FILE *out, const struct analysis *analysis, size_t platform,
                        const char *suffix)
{
    char title[PLOT_TITLE_MAX];

    plot_title(title,
               measure_platform_title(&analysis->results, analysis->figures.platforms[platform]));
    fprintf(out, "\"%s%s\"\n", title, suffix);
}

static const char *missing(const struct figure *figure)
{
    return figure->skipped ? ": skipped" : ": no values";
}

static void print_steps(FILE *out, const struct figure *figure)
{
    size_t count = figure->value.count;
    struct ecdf_step *steps = calloc(count, sizeof *steps);

    if (!steps)
        return;
    size_t used = statistics_ecdf(figure->values, count, steps);
    size_t stride = used / STEPS_MAX + 1;
    fprintf(out, "%.9g 0\n", steps[0].value / 1e6);
    for (size_t i = 0; i < used; i++)
        if (i % stride == 0 || i == used - 1)
            fprintf(out, "%.9g %.6g\n", steps[i].value / 1e6, steps[i].share);
    free(steps);
}

bool plot_data_startup(const struct analysis *analysis, FILE *out, const char **label)
{
    const struct figures *figures = &analysis->figures;
    const struct measure *measure = find_startup(analysis, label);
    bool any = false;

    for (size_t i = 0; measure && i < figures->platform_count; i++) {
        const struct figure *figure = &measure->figures[i];
        /* A logarithmic axis has no place for 0, which no time can be. */
        bool drawn = figure->value.count > 0 && figure->values[0] > 0;
        print_title(out, analysis, i, drawn ? "" : missing(figure));
        if (drawn)
            print_steps(out, figure);
        else
            fputs("NaN NaN\n", out);
        fputs("\n\n", out);
        any = any || drawn;
    }
    return any;
}

/* The ends of all intervals in a row; false: there is no ratio in it that can be drawn. */
static bool find_range(const struct figures *figures, const struct measure *measure, double *least,
                       double *greatest)
{
    bool any = false;

    for (size_t i = 0; i < figures->platform_count; i++) {
        const struct estimate *ratio = &measure->figures[i].ratio;
        if (ratio->count == 0 || ratio->low <= 0)
            continue;
        *least = any && *least < ratio->low ? *least : ratio->low;
        *greatest = any && *greatest > ratio->high ? *greatest : ratio->high;
        any = true;
    }
    return any;
}

/* Whether the measure has a row in the plot of near, or of far ratios. */
static bool has_row(const struct figures *figures, const struct measure *measure, bool near,
                    double *least, double *greatest)
{
    const struct measure_kind *kind = measure_kind(measure);

    if (!kind || kind->flags || !find_range(figures, measure, least, greatest))
        return false;
    return near == (*least > 1 / 1.5 && *greatest < 1.5);
}

static void print_row(FILE *out, size_t row, const struct measure *measure, double least,
                      double greatest)
{
    char label[PLOT_TITLE_MAX], workload[PLOT_TITLE_MAX] = "";
    const struct measure_kind *kind = measure_kind(measure);

    plot_title(label, kind->label);
    if (!kind->workload && strcmp(measure->experiment, "startup") == 0 &&
        strcmp(measure->workload, "hello") != 0)
        plot_title(workload, measure->workload);
    fprintf(out, "%zu \"%s%s%s\" ", row, label, *workload ? ", " : "", workload);
    if (measure->floor >= 0)
        fprintf(out, "%.9g", measure->floor);
    else
        fputs("NaN", out);
    fprintf(out, " %.9g %.9g\n", least, greatest);
}

/* The rows in the order of the table; returns how many. */
static size_t collect_rows(const struct figures *figures, bool near, FILE *out,
                           const struct measure *rows[FIGURES_MEASURES_MAX])
{
    double least = 0, greatest = 0;
    size_t count = 0;

    for (size_t i = 0; i < measure_kinds_count; i++) {
        for (size_t j = 0; j < figures->measure_count; j++) {
            const struct measure *measure = &figures->measures[j];
            if (measure_kind(measure) != &measure_kinds[i] ||
                !has_row(figures, measure, near, &least, &greatest))
                continue;
            rows[count++] = measure;
            print_row(out, count, measure, least, greatest);
        }
    }
    fputs("\n\n", out);
    return count;
}

static bool has_ratio(const struct measure *measure, size_t platform)
{
    const struct estimate *ratio = &measure->figures[platform].ratio;

    return ratio->count > 0 && ratio->low > 0;
}

static bool has_ratios(const struct measure *const rows[], size_t row_count, size_t platform)
{
    for (size_t i = 0; i < row_count; i++)
        if (has_ratio(rows[i], platform))
            return true;
    return false;
}

static void print_box(FILE *out, const struct measure *const rows[], size_t row_count,
                      size_t platform, double offset)
{
    bool any = false;

    for (size_t i = 0; i < row_count; i++) {
        const struct estimate *ratio = &rows[i]->figures[platform].ratio;
        if (!has_ratio(rows[i], platform))
            continue;
        fprintf(out, "%.6g %.9g %.9g %.9g\n", (double)(i + 1) + offset, ratio->median, ratio->low,
                ratio->high);
        any = true;
    }
    fputs(any ? "\n\n" : "NaN NaN NaN NaN\n\n\n", out);
}

static bool plot_data_ratios(const struct analysis *analysis, FILE *out, bool near)
{
    const struct figures *figures = &analysis->figures;
    const struct measure *rows[FIGURES_MEASURES_MAX];
    size_t row_count = collect_rows(figures, near, out, rows);
    size_t boxes = 0, box = 0;

    for (size_t i = 0; i < figures->platform_count; i++)
        boxes += has_ratios(rows, row_count, i);
    for (size_t i = 0; row_count > 0 && i < figures->platform_count; i++) {
        if (strcmp(figures->platforms[i], "native") == 0)
            continue;
        /* Boxes of a row stand below each other, within a quarter of it each way. */
        double offset = boxes > 1 ? 0.5 * (double)box / (double)(boxes - 1) - 0.25 : 0;
        const struct figure *first = &rows[0]->figures[i];
        print_title(out, analysis, i, first->value.count > 0 ? "" : missing(first));
        print_box(out, rows, row_count, i, offset);
        box += has_ratios(rows, row_count, i);
    }
    return row_count > 0;
}

bool plot_data_far(const struct analysis *analysis, FILE *out, const char **label)
{
    (void)label;
    return plot_data_ratios(analysis, out, false);
}

bool plot_data_near(const struct analysis *analysis, FILE *out, const char **label)
{
    (void)label;
    return plot_data_ratios(analysis, out, true);
}
