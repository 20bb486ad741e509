/* SPDX-License-Identifier: MIT */
#include "bench/report/plot_data.h"

#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"

enum { STEPS_MAX = 400 }; /* more are not to be seen, and make large files */

/* A measure that a distribution is drawn of. */
struct startup_measure {
    const char *experiment, *params, *metric, *label;
};

/* Best first. */
static const struct startup_measure single_measures[] = {
    {"startup",                      "mode=single", "first_output_ns", N_("time from start to first output")},
    {"startup",             "mode=single", "end_ns", N_("time from start to exit")},
    {"program",                              "", "first_output_ns", N_("time from start to first output")},
    {"program",     "", "end_ns", N_("time from start to exit")},
    {0},
};
static const struct startup_measure burst_measures[] = {
    {"startup",          "mode=burst", "first_output_ns", N_("time from start to first output, in bursts")},
    {"startup", "mode=burst", "end_ns", N_("time from start to exit, in bursts")},
    {0                 },
};

static const struct measure *find_startup(const struct analysis *analysis,
                                          const struct startup_measure *wanted, const char **label)
{
    const struct figures *figures = &analysis->figures;

    for (; wanted->experiment; wanted++) {
        for (size_t j = 0; j < figures->measure_count; j++) {
            const struct measure *measure = &figures->measures[j];
            if (strcmp(measure->experiment, wanted->experiment) == 0 &&
                strcmp(measure->params, wanted->params) == 0 &&
                strcmp(measure->metric, wanted->metric) == 0) {
                *label = wanted->label;
                return measure;
            }
        }
    }
    return NULL;
}

const struct measure *plot_startup_measure(const struct analysis *analysis)
{
    const char *label;
    const struct measure *single = find_startup(analysis, single_measures, &label);

    return single ? single : find_startup(analysis, burst_measures, &label);
}

void plot_data_title(const struct plot_job *job, size_t platform, char label[PLOT_LABEL_MAX])
{
    const char *name = job->analysis->figures.platforms[platform];

    plot_label(label, plot_say(job, measure_platform_title(&job->analysis->results, name)));
}

void plot_data_machine_title(const struct plot_job *job, size_t platform, const char *machine,
                             char label[PLOT_LABEL_MAX])
{
    char title[PLOT_LABEL_MAX], name[PLOT_LABEL_MAX];

    plot_data_title(job, platform, title);
    plot_label(name, machine);
    snprintf(label, PLOT_LABEL_MAX, "%.80s%s%.40s", title, *name ? ", " : "", name);
}

size_t plot_data_drawn(const struct machines *machines)
{
    return machines->count < PLOT_MACHINES_MAX ? machines->count : PLOT_MACHINES_MAX;
}

/* A block's first line. suffix says why there is no curve. */
static void print_title(const struct plot_job *job, size_t platform, const char *suffix)
{
    char title[PLOT_LABEL_MAX];

    plot_data_title(job, platform, title);
    fprintf(job->out, "\"%s%s\"\n", title, suffix);
}

const char *plot_data_missing(const struct plot_job *job, const struct figure *figure)
{
    return plot_say(job, figure->skipped ? N_(": skipped") : N_(": no values"));
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

/* A logarithmic axis has no place for 0, which no time can be. */
static bool can_be_drawn(const struct figure *figure)
{
    return figure->value.count > 0 && figure->values[0] > 0;
}

/* One that has no part in starts, such as `hosting`, is not missed in a key. */
static bool takes_part(const struct figure *figure)
{
    return figure->value.count > 0 || figure->reason;
}

/* On a wall only what is drawn has a place; else what is not is named, with the reason. */
static bool has_place(const struct plot_job *job, const struct figure *figure)
{
    return job->slides ? can_be_drawn(figure) : takes_part(figure);
}

static bool print_distributions(struct plot_job *job, const struct startup_measure *wanted)
{
    const struct figures *figures = &job->analysis->figures;
    const struct measure *measure = find_startup(job->analysis, wanted, &job->label);
    bool any = false;

    job->label = plot_say(job, job->label);
    for (size_t i = 0; measure && i < figures->platform_count; i++) {
        const struct figure *figure = &measure->figures[i];
        bool drawn = can_be_drawn(figure);
        if (!has_place(job, figure))
            continue;
        print_title(job, i, drawn ? "" : plot_data_missing(job, figure));
        if (drawn)
            print_steps(job->out, figure);
        else
            fputs("NaN NaN\n", job->out);
        fputs("\n\n", job->out);
        any = any || drawn;
    }
    return any;
}

bool plot_data_startup(struct plot_job *job)
{
    return print_distributions(job, single_measures);
}

bool plot_data_burst(struct plot_job *job)
{
    return print_distributions(job, burst_measures);
}

/* The first value within Tukey's fences and the last one, and the fences themselves. */
struct whiskers {
    double low, high, q1, q3;
};

static struct whiskers find_whiskers(const struct figure *figure)
{
    size_t count = figure->value.count, first = 0, last = count - 1;
    struct whiskers whiskers = {
        .q1 = statistics_quantile(figure->values, count, 0.25),
        .q3 = statistics_quantile(figure->values, count, 0.75),
    };
    double reach = 1.5 * (whiskers.q3 - whiskers.q1);

    while (figure->values[first] < whiskers.q1 - reach)
        first++;
    while (figure->values[last] > whiskers.q3 + reach)
        last--;
    whiskers.low = figure->values[first];
    whiskers.high = figure->values[last];
    return whiskers;
}

static void print_box_line(const struct plot_job *job, size_t place, size_t platform,
                           const struct figure *figure)
{
    char title[PLOT_LABEL_MAX];

    plot_data_title(job, platform, title);
    if (!can_be_drawn(figure)) {
        fprintf(job->out, "%zu \"%s%s\" NaN NaN NaN NaN NaN\n", place, title,
                plot_data_missing(job, figure));
        return;
    }
    struct whiskers whiskers = find_whiskers(figure);
    fprintf(job->out, "%zu \"%s\" %.9g %.9g %.9g %.9g %.9g\n", place, title, whiskers.low / 1e6,
            whiskers.q1 / 1e6, figure->value.median / 1e6, whiskers.q3 / 1e6, whiskers.high / 1e6);
}

bool plot_data_box(struct plot_job *job)
{
    const struct figures *figures = &job->analysis->figures;
    const struct measure *measure = find_startup(job->analysis, single_measures, &job->label);
    bool any = false, outliers = false;
    size_t place = 0;

    if (!measure)
        return false;
    job->label = plot_say(job, job->label);
    for (size_t i = 0; i < figures->platform_count; i++) {
        if (!has_place(job, &measure->figures[i]))
            continue;
        print_box_line(job, ++place, i, &measure->figures[i]);
        any = any || can_be_drawn(&measure->figures[i]);
    }
    fputs("\n\n", job->out);
    place = 0;
    for (size_t i = 0; i < figures->platform_count; i++) {
        const struct figure *figure = &measure->figures[i];
        place += has_place(job, figure);
        if (!can_be_drawn(figure))
            continue;
        struct whiskers whiskers = find_whiskers(figure);
        for (size_t j = 0; j < figure->value.count; j++) {
            if (figure->values[j] >= whiskers.low && figure->values[j] <= whiskers.high)
                continue;
            fprintf(job->out, "%zu %.9g\n", place, figure->values[j] / 1e6);
            outliers = true;
        }
    }
    if (!outliers)
        fputs("NaN NaN\n", job->out);
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

/* Whether the measure has a row in the plot of near, or of far ratios; on a wall, all are in one.
 */
static bool has_row(const struct plot_job *job, const struct measure *measure, bool near,
                    double *least, double *greatest)
{
    const struct measure_kind *kind = measure_kind(measure);

    if (!kind || kind->flags || !find_range(&job->analysis->figures, measure, least, greatest))
        return false;
    if (job->slides)
        return !near;
    return near == (*least > 1 / 1.5 && *greatest < 1.5);
}

static void print_row(const struct plot_job *job, size_t row, const struct measure *measure,
                      double least, double greatest)
{
    char label[PLOT_LABEL_MAX], workload[PLOT_LABEL_MAX] = "";
    const struct measure_kind *kind = measure_kind(measure);
    FILE *out = job->out;

    plot_label(label, plot_say(job, kind->label));
    if (!kind->workload && strcmp(measure->experiment, "startup") == 0 &&
        strcmp(measure->workload, "hello") != 0)
        plot_label(workload, measure->workload);
    fprintf(out, "%zu \"%s%s%s\" ", row, label, *workload ? ", " : "", workload);
    if (measure->floor >= 0)
        fprintf(out, "%.9g", measure->floor);
    else
        fputs("NaN", out);
    fprintf(out, " %.9g %.9g\n", least, greatest);
}

/* Whether a row before this one is of the same workload. */
static bool is_further_row(const struct measure *const rows[], size_t count,
                           const struct measure *measure)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(rows[i]->experiment, measure->experiment) == 0 &&
            strcmp(rows[i]->workload, measure->workload) == 0)
            return true;
    return false;
}

/* The rows in the order of the table; returns how many. */
static size_t collect_rows(const struct plot_job *job, bool near, const struct measure *rows[])
{
    const struct figures *figures = &job->analysis->figures;
    double least = 0, greatest = 0;
    size_t count = 0;

    for (size_t i = 0; i < measure_kinds_count; i++) {
        for (size_t j = 0; j < figures->measure_count; j++) {
            const struct measure *measure = &figures->measures[j];
            if (measure_kind(measure) != &measure_kinds[i] ||
                !has_row(job, measure, near, &least, &greatest) ||
                (job->slides && is_further_row(rows, count, measure)))
                continue;
            rows[count++] = measure;
            print_row(job, count, measure, least, greatest);
        }
    }
    fputs("\n\n", job->out);
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

static void print_ratios_of(FILE *out, const struct measure *const rows[], size_t row_count,
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

static bool print_ratios(const struct plot_job *job, bool near)
{
    const struct figures *figures = &job->analysis->figures;
    const struct measure **rows = calloc(figures->measure_count + 1, sizeof *rows);
    size_t row_count = rows ? collect_rows(job, near, rows) : 0;
    size_t boxes = 0, box = 0;

    for (size_t i = 0; i < figures->platform_count; i++)
        boxes += has_ratios(rows, row_count, i);
    for (size_t i = 0; row_count > 0 && i < figures->platform_count; i++) {
        if (strcmp(figures->platforms[i], "native") == 0)
            continue;
        /* Boxes of a row stand below each other, within a quarter of it each way. */
        double offset = boxes > 1 ? 0.5 * (double)box / (double)(boxes - 1) - 0.25 : 0;
        bool any = has_ratios(rows, row_count, i);
        if (job->slides && !any)
            continue;
        print_title(job, i, any ? "" : plot_data_missing(job, &rows[0]->figures[i]));
        print_ratios_of(job->out, rows, row_count, i, offset);
        box += any;
    }
    free(rows);
    return row_count > 0;
}

bool plot_data_far(struct plot_job *job)
{
    return print_ratios(job, false);
}

bool plot_data_near(struct plot_job *job)
{
    return print_ratios(job, true);
}
