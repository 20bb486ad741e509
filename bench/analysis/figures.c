/* SPDX-License-Identifier: MIT */
#include "bench/analysis/figures.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/dip.h"
#include "bench/analysis/observations.h"
#include "common/i18n.h"

/* What everything below works on. */
struct making {
    struct figures *figures;
    struct observations *observations;
    struct resamples resamples;
};

static bool is_native(const struct figures *figures, size_t platform)
{
    return strcmp(figures->platforms[platform], "native") == 0;
}

/* Observations to figures */

/* Observations of one measure, one platform, one arm, sorted by block. */
struct series {
    const struct observation *first;
    size_t count;
};

static struct series find_series(const struct observation *from, const struct observation *end,
                                 size_t platform, bool arm_b)
{
    struct series series = {0};

    for (; from < end; from++) {
        if (from->platform != platform || from->arm_b != arm_b)
            continue;
        if (series.count++ == 0)
            series.first = from;
    }
    return series;
}

/* The median of the observations of the block at *place, which moves on to the next block. */
static double block_median(const struct series *series, size_t *place)
{
    size_t start = *place, end = start;

    while (end < series->count && series->first[end].block == series->first[start].block)
        end++;
    *place = end;
    double low = series->first[start + (end - start - 1) / 2].value;
    double high = series->first[start + (end - start) / 2].value;
    return low + (high - low) / 2;
}

/* The median of the ratios within each block that both series have. */
static int estimate_ratio(struct estimate *ratio, const struct series *series,
                          const struct series *base, struct resamples *resamples)
{
    double *ratios = calloc(series->count + 1, sizeof *ratios);
    size_t count = 0, mine = 0, theirs = 0;

    if (!ratios)
        return -ENOMEM;
    while (mine < series->count && theirs < base->count) {
        int64_t my_block = series->first[mine].block, their_block = base->first[theirs].block;
        if (my_block < their_block) {
            mine++;
        } else if (my_block > their_block) {
            theirs++;
        } else {
            double value = block_median(series, &mine), base_value = block_median(base, &theirs);
            if (base_value > 0 && value >= 0)
                ratios[count++] = value / base_value;
        }
    }
    statistics_sort(ratios, count);
    *ratio = statistics_resample(ratios, count, resamples);
    free(ratios);
    return 0;
}

/* Its values in ascending order, and whether they drifted. */
static int sort_values(struct figure *figure, const struct series *series)
{
    struct trend_value *values = calloc(series->count, sizeof *values);

    if (!values)
        return -ENOMEM;
    for (size_t i = 0; i < series->count; i++)
        values[i] = (struct trend_value){series->first[i].block, series->first[i].value};
    int result = trend_find(&figure->trend, values, series->count, figure->values);
    free(values);
    return result;
}

static int fill_figure(struct figure *figure, const struct series *series)
{
    figure->source = "";
    if (series->count == 0)
        return 0;
    figure->values = calloc(series->count, sizeof *figure->values);
    if (!figure->values || sort_values(figure, series) < 0)
        return -ENOMEM;
    figure->value = statistics_median(figure->values, series->count);
    figure->outliers = statistics_outliers(figure->values, series->count);
    figure->several_modes = dip_several_modes(figure->values, series->count);
    figure->source = series->first->source;
    return 0;
}

int figures_ratio(const struct measure *measure, size_t platform, size_t base,
                  struct resamples *resamples, struct estimate *ratio)
{
    const struct observation *first = measure->observations, *end = first;

    *ratio = (struct estimate){0};
    if (measure->observation_count == 0)
        return 0;
    end += measure->observation_count;
    struct series mine = find_series(first, end, platform, false);
    struct series theirs = find_series(first, end, base, false);
    if (mine.count == 0 || theirs.count == 0 || mine.first->source != theirs.first->source)
        return 0;
    return estimate_ratio(ratio, &mine, &theirs, resamples);
}

static int fill_measure(struct making *making, struct measure *measure,
                        const struct observation *first, const struct observation *end)
{
    const struct figures *figures = making->figures;
    struct series native = {0};
    int result = 0;

    for (size_t i = 0; i < figures->platform_count && result == 0; i++) {
        struct series series = find_series(first, end, i, false);
        struct figure *figure = &measure->figures[i];
        result = fill_figure(figure, &series);
        if (result < 0 || series.count == 0)
            continue;
        if (is_native(figures, i)) { /* the first of all columns */
            struct series second = find_series(first, end, i, true);
            native = series;
            result = estimate_ratio(&measure->noise, &second, &native, &making->resamples);
            measure->floor = statistics_noise_floor(&measure->noise);
        } else if (native.count > 0 && series.first->source == native.first->source) {
            result = estimate_ratio(&figure->ratio, &series, &native, &making->resamples);
        }
    }
    return result;
}

/* Room for one measure more. Returns 1, 0 when there are as many as there may be, or -ENOMEM. */
static int make_room(struct figures *figures)
{
    enum { FIRST_ROOM = 256 };
    size_t room = figures->measure_room ? 2 * figures->measure_room : FIRST_ROOM;

    if (figures->measure_count < figures->measure_room)
        return 1;
    if (figures->measure_count == FIGURES_MEASURES_MAX)
        return 0;
    struct measure *measures = realloc(figures->measures, room * sizeof *measures);
    if (!measures)
        return -ENOMEM;
    figures->measures = measures;
    figures->measure_room = room;
    return 1;
}

/* An empty measure at the end of the list. Returns 1, 0 when there is no room, or -ENOMEM. */
static int add_measure(struct figures *figures, const char *experiment, const char *workload,
                       const char *params, const char *metric)
{
    int result = make_room(figures);
    figures->left_out += result == 0;
    if (result <= 0)
        return result;
    struct measure *measure = &figures->measures[figures->measure_count];
    *measure = (struct measure){experiment, workload, params, metric, .floor = -1};
    measure->figures = calloc(figures->platform_count, sizeof *measure->figures);
    if (!measure->figures)
        return -ENOMEM;
    for (size_t i = 0; i < figures->platform_count; i++)
        measure->figures[i].source = "";
    figures->measure_count++;
    return 1;
}

static int make_measures(struct making *making)
{
    struct figures *figures = making->figures;
    const struct observation *all = making->observations->list;
    size_t count = making->observations->count;
    int result = 0;

    for (size_t first = 0, next; first < count && result == 0; first = next) {
        for (next = first + 1; next < count; next++)
            if (!observations_same_measure(&all[first], &all[next]))
                break;
        result = add_measure(figures, all[first].experiment, all[first].workload, all[first].params,
                             all[first].metric);
        if (result > 0) {
            struct measure *measure = &figures->measures[figures->measure_count - 1];
            measure->observations = &all[first];
            measure->observation_count = next - first;
            result = fill_measure(making, measure, &all[first], &all[next]);
        }
    }
    return result;
}

/* Reasons */

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

/* Whether there is a measure of it; workload and params NULL: any. */
static bool has_measure(const struct figures *figures, const char *experiment, const char *workload,
                        const char *params)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (same(figures->measures[i].experiment, experiment) &&
            (!workload || same(figures->measures[i].workload, workload)) &&
            (!params || same(figures->measures[i].params, params)))
            return true;
    return false;
}

static bool has_values(const struct figures *figures, const char *experiment, size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (same(figures->measures[i].experiment, experiment) &&
            figures->measures[i].figures[platform].value.count > 0)
            return true;
    return false;
}

/* What nobody has a value for is a measure too: of reasons. */
static int add_measures_of_trouble(struct making *making)
{
    struct figures *figures = making->figures;

    for (size_t i = 0; i < making->observations->trouble_count; i++) {
        const struct trouble *trouble = &making->observations->troubles[i];
        /*
         * A platform that cannot run at all is skipped once per experiment, under whichever
         * workload's name.
         */
        bool whole = trouble->status == SAMPLE_SKIPPED &&
                     !has_values(figures, trouble->experiment, trouble->platform);
        if (has_measure(figures, trouble->experiment, whole ? NULL : trouble->workload,
                        whole || !*trouble->params ? NULL : trouble->params))
            continue;
        if (add_measure(figures, trouble->experiment, trouble->workload, trouble->params, "") < 0)
            return -ENOMEM;
    }
    return 0;
}

/* How well trouble explains measure: 0 not at all, 3 it is about just that. */
static unsigned relevance(const struct trouble *trouble, const struct measure *measure)
{
    if (!same(trouble->experiment, measure->experiment))
        return 0;
    if (!same(trouble->workload, measure->workload))
        return trouble->status == SAMPLE_SKIPPED ? 1 : 0;
    return same(trouble->params, measure->params) ? 3 : 2;
}

static void explain_measure(const struct making *making, struct measure *measure)
{
    unsigned best[FIGURES_PLATFORMS_MAX] = {0};

    for (size_t i = 0; i < making->observations->trouble_count; i++) {
        const struct trouble *trouble = &making->observations->troubles[i];
        struct figure *figure = &measure->figures[trouble->platform];
        unsigned fit = relevance(trouble, measure);
        /* Where there are values, only what happened beside them matters. */
        if (fit == 0 || (figure->value.count > 0 && fit < 3))
            continue;
        if (fit == 3)
            figure->troubles += trouble->count;
        if (fit <= best[trouble->platform])
            continue;
        best[trouble->platform] = fit;
        figure->reason = trouble->reason;
        figure->skipped = trouble->status == SAMPLE_SKIPPED;
    }
}

static void judge(struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        struct measure *measure = &figures->measures[i];
        for (size_t j = 0; j < figures->platform_count; j++) {
            struct figure *figure = &measure->figures[j];
            figure->comparison = statistics_compare(&figure->ratio, measure->floor);
        }
    }
}

static int make(struct making *making, struct results *results)
{
    struct figures *figures = making->figures;
    struct observations *observations = making->observations;

    int result = observations_make(observations, results);
    if (result < 0)
        return result;
    memcpy(figures->platforms, observations->platforms, sizeof figures->platforms);
    figures->platform_count = observations->platform_count;

    result = make_measures(making);
    if (result == 0)
        result = add_measures_of_trouble(making);
    for (size_t i = 0; i < figures->measure_count; i++)
        explain_measure(making, &figures->measures[i]);
    judge(figures);
    figures->left_out += observations->left_out;
    return result;
}

int figures_make(struct figures *figures, struct results *results, struct error *error)
{
    struct making *making = calloc(1, sizeof *making);
    int result = -ENOMEM;

    *figures = (struct figures){0};
    figures->observations = calloc(1, sizeof *figures->observations);
    if (making && figures->observations) {
        making->figures = figures;
        making->observations = figures->observations;
        making->resamples.seed = (uint64_t)results->seed;
        result = make(making, results);
    }
    free(making);
    if (result < 0) {
        figures_free(figures);
        return error_set(error, ENOMEM, _("there is no memory to summarise the samples"));
    }
    return 0;
}

void figures_free(struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        for (size_t j = 0; j < figures->platform_count; j++)
            free(figures->measures[i].figures[j].values);
        free(figures->measures[i].figures);
    }
    if (figures->observations)
        observations_free(figures->observations);
    free(figures->observations);
    free(figures->measures);
    *figures = (struct figures){0};
}
