/* SPDX-License-Identifier: MIT */
/*
 * How many runs a figure needs. Six make an interval of 95 %; fewer are no crime where what the
 * figure is used for does not lean on one, and then it is said what that is.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/folders/check.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

/* By chance, all runs of one side above all of the other's: less often than that. */
#define CHANCE_MAX 0.05

/* A few pages more or less are no difference of memory. */
#define PAGES_BYTES 65536

/* What few runs of an experiment are enough for. */
struct need {
    const char *experiment;
    size_t runs;
    double spread; /* from the least to the most, at most this part of the median */
    const char *use;
};

static const struct need needs[] = {
    {"footprint",  3, 0.1,      N_("memory, which varies by less than a tenth")     },
    {"peak",       3, 0.1,      N_("memory, which varies by less than a tenth")     },
    {"image",      1, 0.01,     N_("sizes of files, which do not vary")             },
    {"limits",     3, 0.4,      N_("whether a limit holds, to a fifth")             },
    {"faults",     3, INFINITY, N_("an order of magnitude: milliseconds or seconds")},
    {"neighbours", 3, INFINITY,
     N_("each run is of many requests; how many times as long, roughly")            },
};
enum { NEEDS = sizeof needs / sizeof *needs };

/* Figures of one experiment that may be few for one reason. */
struct few {
    size_t figures, least, most; /* runs */
};

static double spread(const struct figure *figure)
{
    const double *values = figure->values;
    size_t last = figure->value.count - 1;

    return values[last] - values[0];
}

static bool bears(const struct need *need, const struct measure *measure,
                  const struct figure *figure)
{
    bool pages = measure_unit(measure->metric) == UNIT_BYTES && spread(figure) <= PAGES_BYTES;

    return strcmp(measure->experiment, need->experiment) == 0 &&
           figure->value.count >= need->runs &&
           (pages || spread(figure) <= need->spread * figure->value.median);
}

/*
 * Whether all runs lie apart from all of native's, and that is no chance: of two series of m and n
 * runs of one distribution, 2 in C(m + n, m) do (Mann and Whitney's U at its extreme).
 */
static bool lies_apart(const struct figure *figure, const struct figure *native)
{
    size_t few = figure->value.count, many = native->value.count;
    double orders = 1;

    if (few < 3 || many == 0 || strcmp(figure->source, native->source) != 0)
        return false;
    for (size_t i = 1; i <= few; i++)
        orders *= (double)(many + i) / (double)i;
    return 2 / orders < CHANCE_MAX && (figure->values[0] > native->values[many - 1] ||
                                       figure->values[few - 1] < native->values[0]);
}

static void count(struct few *few, const struct figure *figure)
{
    size_t runs = figure->value.count;

    few->least = few->figures == 0 || runs < few->least ? runs : few->least;
    few->most = runs > few->most ? runs : few->most;
    few->figures++;
}

static void tell(struct findings *findings, const char *experiment, const struct few *few,
                 const char *use)
{
    char runs[64];

    if (few->figures == 0)
        return;
    snprintf(runs, sizeof runs, few->least == few->most ? "%zu" : "%zu–%zu", few->least, few->most);
    check_add(findings, CHECK_FEW_ENOUGH, _("%s (figures: %zu, runs: %s): %s"), experiment,
              few->figures, runs, use);
}

void check_runs(struct findings *findings, const struct figures *figures)
{
    struct few by_need[NEEDS] = {0}, apart = {0};
    const char *experiment = "";
    bool has_native = figures->platform_count > 0 && strcmp(figures->platforms[0], "native") == 0;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        /* Measures are in the order of experiments. */
        if (strcmp(experiment, measure->experiment) != 0) {
            tell(findings, experiment, &apart, _("all of them apart from all of native's runs"));
            apart = (struct few){0};
            experiment = measure->experiment;
        }
        /* What is counted, such as system calls in reach, is no sample of anything. */
        if (!measure_is_shown(measure) || !*measure->metric ||
            measure_unit(measure->metric) == UNIT_NUMBER)
            continue;
        for (size_t j = 0; j < figures->platform_count; j++) {
            const struct figure *figure = &measure->figures[j];
            char label[160];
            size_t need = 0;
            if (figure->value.count == 0 || figure->value.has_interval)
                continue;
            while (need < NEEDS && !bears(&needs[need], measure, figure))
                need++;
            if (need < NEEDS) {
                count(&by_need[need], figure);
            } else if (j > 0 && has_native && lies_apart(figure, &measure->figures[0])) {
                count(&apart, figure);
            } else {
                summary_label(figures, measure, label, sizeof label);
                check_add(findings, CHECK_FEW_RUNS, _("%s, %s: %zu"), label, figures->platforms[j],
                          figure->value.count);
            }
        }
    }
    tell(findings, experiment, &apart, _("all of them apart from all of native's runs"));
    for (size_t i = 0; i < NEEDS; i++)
        tell(findings, needs[i].experiment, &by_need[i], _(needs[i].use));
}
