/* SPDX-License-Identifier: MIT */
/* What stands below the comparison: how sure it is, and what is amiss. */
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/environment.h"
#include "bench/tables/machines.h"
#include "bench/tables/summary_parts.h"
#include "common/i18n.h"

/* Native differs from itself by this much: what is found then is hardly worth keeping. */
#define NOISE_TOO_LOUD 0.25

/* "0.4 %", or "0.4–2.1 %". */
static void print_noise(char *text, size_t size, double smallest, double largest)
{
    if (largest - smallest < 0.0005)
        snprintf(text, size, "%.1f %%", 100 * largest);
    else
        snprintf(text, size, "%.1f–%.1f %%", 100 * smallest, 100 * largest);
}

/* Whether a measure before that one is of the same experiment: those that only reasons are known of
   stand last. */
static bool was_before(const struct figures *figures, size_t place)
{
    for (size_t i = 0; i < place; i++)
        if (strcmp(figures->measures[i].experiment, figures->measures[place].experiment) == 0 &&
            measure_is_shown(&figures->measures[i]))
            return true;
    return false;
}

static bool takes_part(const struct figures *figures, const char *experiment, size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].experiment, experiment) == 0 &&
            summary_is_known(&figures->measures[i], platform))
            return true;
    return false;
}

/* Why a column is empty in the rows of whole experiments: `only` in platforms.conf. */
static void add_absence_notes(struct table *table, const struct figures *figures)
{
    for (size_t i = 0; i < figures->platform_count; i++) {
        char names[256] = "";
        size_t used = 0;
        for (size_t j = 0; j < figures->measure_count && summary_has_column(figures, i); j++) {
            const char *experiment = figures->measures[j].experiment;
            if (used >= sizeof names || !measure_is_shown(&figures->measures[j]) ||
                was_before(figures, j) || takes_part(figures, experiment, i))
                continue;
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "",
                                     experiment);
        }
        if (*names)
            table_note(table, "–", _("'%s' takes no part in %s"), figures->platforms[i], names);
    }
}

static bool has_row(const struct figures *figures, const char *experiment)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (strcmp(figures->measures[i].experiment, experiment) == 0 &&
            measure_is_shown(&figures->measures[i]))
            return true;
    return false;
}

/* Experiments that no box took part in have no row, and so no footnote that could say why. */
static void add_skip_notes(struct table *table, const struct analysis *analysis)
{
    const struct results *results = &analysis->results;

    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (sample->status == SAMPLE_SKIPPED && strcmp(sample->experiment, "escape") != 0 &&
            !has_row(&analysis->figures, sample->experiment))
            table_note(table, "!", _("%s: %s is skipped: %s"), sample->experiment, sample->platform,
                       sample->reason);
    }
}

/* How peak memory was measured where no footnote says otherwise. */
static void add_source_note(struct table *table, const struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const char *source = figures->measures[i].figures[0].source;
        if (strcmp(figures->measures[i].experiment, "peak") == 0 && *source) {
            table_note(table, "", "%s", summary_source_sentence(source));
            return;
        }
    }
}

/* The median of a figure of native in the experiment harness; false: it was not measured. */
static bool find_harness(const struct figures *figures, const char *machine, const char *params,
                         const char *metric, char text[MEASURE_TEXT_MAX])
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, "harness") != 0 || !machine_has(measure, params, machine) ||
            strcmp(measure->metric, metric) != 0 || measure->figures[0].value.count == 0)
            continue;
        measure_print_value(text, UNIT_NS, measure->figures[0].value.median);
        return true;
    }
    return false;
}

/* What measuring costs: within every time, and around it. */
static void add_harness_note(struct table *table, const struct figures *figures,
                             const char *machine)
{
    char bare[MEASURE_TEXT_MAX], own[MEASURE_TEXT_MAX], around[MEASURE_TEXT_MAX];

    if (find_harness(figures, machine, "loop=bare", "end_ns", bare) &&
        find_harness(figures, machine, "loop=harness", "end_ns", own) &&
        find_harness(figures, machine, "loop=harness", "outside_ns", around))
        table_note(table, machine,
                   _("the harness: %s for what the barest loop times as %s; %s around a "
                     "run"),
                   own, bare, around);
}

static void warn_in_note(void *context, const char *sentence)
{
    table_note(context, "!", "%s", sentence);
}

/* What a median alone would hide; `virtlab show --json` says of which figures. */
static void add_shape_notes(struct table *table, const struct analysis *analysis)
{
    double farthest;
    size_t drifts = analysis_drifts(analysis, &farthest);
    size_t several = analysis_several_modes(analysis);

    if (drifts > 0)
        table_note(table, "!", _("figures that drifted during the run: %zu, by up to %.0f %%"),
                   drifts, 100 * farthest);
    if (several > 0)
        table_note(table, "!",
                   _("figures with several modes: %zu; their median may be what no run shows"),
                   several);
}

/* What the labels in the rows of a merged folder stand for. */
static void add_machine_notes(struct table *table, const struct analysis *analysis)
{
    const char *label;
    char host[256];
    json_t *environment;
    size_t count = 0;

    json_object_foreach(json_object_get(analysis->environment, "machines"), label, environment)
    {
        if (count++ == MACHINES_MAX)
            break;
        snprintf(host, sizeof host, "%s", _("host: unknown"));
        if (json_is_object(environment))
            environment_describe(environment, host, sizeof host);
        table_note(table, label, "%s", host);
    }
}

void summary_add_notes(struct table *table, const struct analysis *analysis)
{
    double smallest = 0, largest = 0;
    size_t least, most;
    char noise[64], runs[64];
    struct machines machines;

    analysis_runs(analysis, &least, &most);
    if (analysis_noise(analysis, &smallest, &largest)) {
        print_noise(noise, sizeof noise, smallest, largest);
        table_note(table, "~", _("within this machine's noise today (A/A %s)"), noise);
        if (largest >= NOISE_TOO_LOUD)
            table_note(table, "!",
                       _("this machine was not quiet: measure again when nothing else "
                         "runs on it"));
    }
    if (most >= STATISTICS_INTERVAL_MIN)
        table_note(table, "[–]", _("where the ratio lies with 95 %% confidence"));
    if (most > 0)
        table_note(table, "",
                   _("a ratio is the median over blocks of runs, not one median divided by "
                     "the other"));
    if (most > 0 && least < STATISTICS_INTERVAL_MIN)
        table_note(table, "",
                   _("fewer than %d runs make no interval; (–) is from the least to the most of "
                     "their ratios"),
                   STATISTICS_INTERVAL_MIN);
    snprintf(runs, sizeof runs, least == most ? "%zu" : "%zu–%zu", least, most);
    table_note(table, "", _("medians; runs: %s, seed %lld, outliers: %zu, none dropped"), runs,
               (long long)analysis->results.seed, analysis_outliers(analysis));
    add_shape_notes(table, analysis);
    add_source_note(table, &analysis->figures);
    add_absence_notes(table, &analysis->figures);
    add_skip_notes(table, analysis);
    add_machine_notes(table, analysis);
    machines_of_figures(&machines, &analysis->figures, "harness");
    for (size_t i = 0; i < machines.count; i++)
        add_harness_note(table, &analysis->figures, machines.labels[i]);
    analysis_warn(analysis, warn_in_note, table);
}
