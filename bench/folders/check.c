/* SPDX-License-Identifier: MIT */
#include "bench/folders/check.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

/* A ratio nearer to 1 than this is read as 1. */
#define EFFECT_MIN 0.01

static const char *const names[CHECK_KINDS] = {
    [CHECK_FORMAT] = "format",
    [CHECK_CUT_OFF] = "cut-off",
    [CHECK_FEW_RUNS] = "too-few-runs",
    [CHECK_FEW_ENOUGH] = "few-runs",
    [CHECK_BLOCKED] = "not-interleaved",
    [CHECK_SAME_ORDER] = "same-order",
    [CHECK_RATIO_ALONE] = "ratio-alone",
    [CHECK_HIDDEN_SKIP] = "hidden-skip",
    [CHECK_NOISE] = "noise",
    [CHECK_NO_NOISE] = "noise-unknown",
    [CHECK_MIXED] = "mixed",
    [CHECK_DRIFT] = "drift",
    [CHECK_MODES] = "several-modes",
};

static const char *const meanings[CHECK_KINDS] = {
    [CHECK_FORMAT] = N_("not as docs/formats.md says"),
    [CHECK_CUT_OFF] = N_("the run did not come to its end; --resume goes on with it"),
    [CHECK_FEW_RUNS] =
        N_("fewer than 6 runs: nobody knows how far the median is from the truth; measure with "
           "--runs 10"),
    [CHECK_FEW_ENOUGH] =
        N_("fewer than 6 runs, and no interval; enough for no more than stands there"),
    [CHECK_BLOCKED] = N_("one box after the other: what changed in between looks like the boxes' "
                         "difference"),
    [CHECK_SAME_ORDER] = N_("always in one order: whoever comes first has it better or worse every "
                            "time"),
    [CHECK_RATIO_ALONE] = N_("a ratio with no absolute value beside it"),
    [CHECK_HIDDEN_SKIP] = N_("something is missing, and no reason stands there"),
    [CHECK_NOISE] = N_("the noise may be as large as the effect: no difference is shown"),
    [CHECK_NO_NOISE] = N_("ratios beside which native was not measured against itself"),
    [CHECK_MIXED] = N_("samples of several machines or runs stand together as if of one"),
    [CHECK_DRIFT] = N_("changed while the run went on"),
    [CHECK_MODES] = N_("runs gather at several places: the median may be what no run shows"),
};

const char *check_name(enum check_kind kind)
{
    return names[kind];
}

const char *check_meaning(enum check_kind kind)
{
    return _(meanings[kind]);
}

bool check_is_crime(enum check_kind kind)
{
    return kind != CHECK_CUT_OFF && kind != CHECK_FEW_ENOUGH && kind != CHECK_NO_NOISE &&
           kind != CHECK_DRIFT && kind != CHECK_MODES;
}

void check_add(struct findings *findings, enum check_kind kind, const char *format, ...)
{
    size_t place = findings->of[kind].count++;
    va_list arguments;

    if (place >= CHECK_SHOWN)
        return;
    va_start(arguments, format);
    vsnprintf(findings->of[kind].shown[place], CHECK_TEXT_MAX, format, arguments);
    va_end(arguments);
}

size_t check_crimes(const struct findings *findings)
{
    size_t crimes = 0;

    for (enum check_kind kind = 0; kind < CHECK_KINDS; kind++)
        if (check_is_crime(kind))
            crimes += findings->of[kind].count;
    return crimes;
}

/* Shown with a ratio that seems to say something, though the noise could have made it. */
static bool looks_like_an_effect(const struct figure *figure, double floor)
{
    const struct estimate *ratio = &figure->ratio;
    bool clear_of_one = ratio->low > 1 || ratio->high < 1;
    double floor_high = 1 + floor;

    return figure->comparison == COMPARISON_UNDECIDED && clear_of_one &&
           fabs(ratio->median - 1) >= EFFECT_MIN && ratio->median <= floor_high &&
           ratio->median >= 1 / floor_high;
}

static void check_figure(struct findings *findings, const struct figures *figures,
                         const struct measure *measure, size_t platform)
{
    const struct figure *figure = &measure->figures[platform];
    const char *name = figures->platforms[platform];
    char label[160], ratio[MEASURE_TEXT_MAX];

    if (figure->value.count == 0)
        return;
    summary_label(figures, measure, label, sizeof label);
    if (figure->trend.drifts)
        check_add(findings, CHECK_DRIFT, _("%s, %s: %+.1f %% from the first third to the last"),
                  label, name, 100 * figure->trend.change);
    if (figure->several_modes)
        check_add(findings, CHECK_MODES, "%s, %s", label, name);
    if (looks_like_an_effect(figure, measure->floor)) {
        measure_print_ratio(ratio, figure);
        check_add(findings, CHECK_NOISE, _("%s, %s: ratio %s, noise floor %.1f %%"), label, name,
                  ratio, 100 * measure->floor);
    }
}

static void check_figures(struct findings *findings, const struct figures *figures)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        bool ratios = false;
        char label[160];
        if (!measure_is_shown(measure) || !*measure->metric)
            continue;
        for (size_t j = 0; j < figures->platform_count; j++) {
            check_figure(findings, figures, measure, j);
            ratios |= measure->figures[j].ratio.has_interval;
        }
        summary_label(figures, measure, label, sizeof label);
        if (ratios && measure->floor < 0)
            check_add(findings, CHECK_NO_NOISE, "%s", label);
    }
}

/* A platform that was chosen, and of which nothing is heard in any experiment. */
static void check_platforms(struct findings *findings, const struct results *results)
{
    for (size_t i = 0; i < results->title_count; i++) {
        const char *platform = results->titles[i].platform;
        bool found = false;
        for (size_t j = 0; j < results->sample_count && !found; j++)
            found = results->samples[j].platform == platform;
        if (!found)
            check_add(findings, CHECK_HIDDEN_SKIP, _("'%s' was chosen, and has no sample"),
                      platform);
    }
}

static void check_machine(struct findings *findings, const struct analysis *analysis)
{
    const struct results *results = &analysis->results;
    size_t merged = 0;

    if (analysis->environment_state == ENVIRONMENT_MISSING)
        check_add(findings, CHECK_FORMAT, _("there is no env.json that can be read"));
    if (analysis->environment_state == ENVIRONMENT_OTHER)
        check_add(findings, CHECK_MIXED,
                  _("env.json is not the one that these samples were taken "
                    "with"));
    for (size_t i = 0; i < results->sample_count; i++)
        merged += *results->samples[i].machine != '\0';
    if (merged > 0 && merged < results->sample_count)
        check_add(findings, CHECK_MIXED, _("samples that do not say on which machine: %zu"),
                  results->sample_count - merged);
    for (size_t i = 0; i < results->sample_count && merged == 0; i++)
        if (results->samples[i].seed != results->seed) {
            check_add(findings, CHECK_MIXED,
                      _("samples with the seed %lld beside the header's %lld"),
                      (long long)results->samples[i].seed, (long long)results->seed);
            break;
        }
}

/* Whether the run came to its end, and what it had then is still there. */
static void check_end(struct findings *findings, const struct results *results)
{
    if (results->torn)
        check_add(findings, CHECK_CUT_OFF, _("the last line is torn"));
    else if (results_cut_off(results))
        check_add(findings, CHECK_CUT_OFF, _("the line that ends a run is missing"));
    if (results->cut_sources > 0)
        check_add(findings, CHECK_CUT_OFF, _("%zu of the runs that were merged"),
                  results->cut_sources);
    if (results->ended &&
        (uint64_t)results->end_count > results->sample_count + results->damage_count)
        check_add(findings, CHECK_HIDDEN_SKIP, _("the run ended with %lld samples, here are %zu"),
                  (long long)results->end_count, results->sample_count);
    if (results->ended && (uint64_t)results->end_count < results->sample_count)
        check_add(findings, CHECK_MIXED, _("the run ended with %lld samples, here are %zu"),
                  (long long)results->end_count, results->sample_count);
}

int check_results(struct findings *findings, const char *dir, struct analysis *analysis,
                  struct error *error)
{
    memset(findings, 0, sizeof *findings);
    int result = check_format(findings, dir, error);
    if (result < 0)
        return result;
    check_end(findings, &analysis->results);
    check_machine(findings, analysis);
    check_platforms(findings, &analysis->results);
    check_figures(findings, &analysis->figures);
    check_runs(findings, &analysis->figures);
    if (check_order(findings, &analysis->results) < 0)
        return error_set(error, ENOMEM, _("there is no memory to check the samples"));
    return 0;
}
