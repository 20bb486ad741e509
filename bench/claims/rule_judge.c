/* SPDX-License-Identifier: MIT */
/* A rule held against the figures. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/observations.h"
#include "bench/claims/rule_range.h"
#include "bench/claims/rule_select.h"
#include "bench/claims/rule_verdicts.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

/* The 99th percentile of a hundred requests is that of one: so few runs decide nothing. */
enum { RUNS_OF_TAIL = 3 };

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
}

const char *rule_outcome_name(enum rule_outcome outcome)
{
    static const char *const names[] = {
        [RULE_HOLDS] = "holds",
        [RULE_FAILS] = "fails",
        [RULE_OPEN] = "open",
        [RULE_MISSING] = "missing",
    };
    return names[outcome];
}

/* A judgement in the making, over all measures that the rule selects. */
struct judgement {
    const struct rule *rule;
    const struct figures *figures;
    size_t platform, base_platform;
    struct resamples resamples;
    struct finding *finding;
    size_t failing, open;
    enum rule_outcome shown; /* of the measure that finding has the value of */
};

static void note_missing(struct judgement *judgement, const char *reason)
{
    if (reason && !judgement->finding->reason)
        judgement->finding->reason = reason;
}

/* What decides: of all the worst, of any the best; of several that are alike the farthest. */
static bool decides(const struct judgement *judgement, enum rule_outcome outcome, double value)
{
    static const int goodness[] = {[RULE_FAILS] = 0, [RULE_OPEN] = 1, [RULE_HOLDS] = 2};
    int better = goodness[outcome] - goodness[judgement->shown];
    bool any = judgement->rule->any;

    if (better != 0)
        return any ? better > 0 : better < 0;
    return range_is_better(judgement->rule, value, judgement->finding->value) == any;
}

static void note(struct judgement *judgement, const struct measure *measure,
                 const struct range *range)
{
    const struct rule *rule = judgement->rule;
    struct finding *finding = judgement->finding;
    enum rule_outcome outcome = range_hold(rule, range->low, range->high);

    if (measure && strncmp(measure->metric, "p99_", 4) == 0 && range->samples < RUNS_OF_TAIL)
        outcome = RULE_OPEN;
    finding->holding += outcome == RULE_HOLDS;
    judgement->failing += outcome == RULE_FAILS;
    judgement->open += outcome == RULE_OPEN;
    if (finding->selected++ > 0 && !decides(judgement, outcome, range->value))
        return;
    judgement->shown = outcome;
    finding->measure = measure;
    finding->value = range->value;
    finding->low = range->low;
    finding->high = range->high;
    finding->has_interval = range->has_interval;
    finding->samples = range->samples;
}

/* Whether something else than the limit stopped a program that was to be stopped by it. */
static bool stopped_by_chance(const struct measure *measure, size_t platform)
{
    static const char *const chances[] = {"unknown", "ended", "other"};

    if (!same(measure->experiment, "limits"))
        return false;
    for (size_t i = 0; i < measure->observation_count; i++)
        for (size_t j = 0; j < sizeof chances / sizeof *chances; j++)
            if (measure->observations[i].platform == platform &&
                same(measure->observations[i].source, chances[j]))
                return true;
    return false;
}

static int judge_measure(struct judgement *judgement, const struct measure *measure)
{
    const struct figure *figure = &measure->figures[judgement->platform];
    const struct measure *base = measure;
    struct range range = range_of(figure);
    int result = 0;

    if (range.samples == 0) {
        note_missing(judgement, figure->reason);
        return 0;
    }
    if (stopped_by_chance(measure, judgement->platform)) {
        note_missing(judgement, _("it was not the limit that stopped the program"));
        return 0;
    }
    if (judgement->rule->of.per) {
        const struct measure *per =
            selection_metric(judgement->figures, measure, judgement->rule->of.per);
        struct range divisor =
            per ? range_of(&per->figures[judgement->platform]) : (struct range){0};
        range = range_divide(&range, &divisor);
    }
    if (judgement->rule->kind == RULE_RATIO) {
        base = selection_base(judgement->rule, judgement->figures, measure);
        if (!base)
            return 0;
        result = range_ratio(measure, judgement->platform, base, judgement->base_platform,
                             &judgement->resamples, &range);
        if (range.samples == 0)
            note_missing(judgement, base->figures[judgement->base_platform].reason);
    }
    if (!judgement->rule->of.per) { /* a share of a time is no time */
        range_widen_single_time(&range, measure, judgement->platform);
        if (judgement->rule->kind == RULE_RATIO)
            range_widen_single_time(&range, base, judgement->base_platform);
    }
    if (result == 0 && range.samples > 0)
        note(judgement, measure, &range);
    return result;
}

static void conclude(struct judgement *judgement)
{
    struct finding *finding = judgement->finding;
    bool any = judgement->rule->any;

    if (finding->selected == 0)
        finding->outcome = RULE_MISSING;
    else if (any ? finding->holding > 0 : finding->holding == finding->selected)
        finding->outcome = RULE_HOLDS;
    else if (any ? judgement->open == 0 : judgement->failing == finding->selected)
        finding->outcome = RULE_FAILS;
    else
        finding->outcome = RULE_OPEN;
}

/* Why a platform has no figure of an experiment at all. */
static const char *find_reason(const struct figures *figures, const char *experiment,
                               size_t platform)
{
    for (size_t i = 0; i < figures->measure_count; i++)
        if (same(figures->measures[i].experiment, experiment) &&
            figures->measures[i].figures[platform].reason &&
            figures->measures[i].figures[platform].value.count == 0)
            return figures->measures[i].figures[platform].reason;
    return NULL;
}

static int judge_measures(struct judgement *judgement)
{
    const struct rule *rule = judgement->rule;
    const struct figures *figures = judgement->figures;
    int result = 0;

    judgement->platform = selection_platform(figures, rule->of.platform);
    judgement->base_platform = rule->kind == RULE_RATIO
                                   ? selection_platform(figures, rule->base_platform)
                                   : judgement->platform;
    if (judgement->platform == figures->platform_count ||
        judgement->base_platform == figures->platform_count)
        return 0;
    for (size_t i = 0; i < figures->measure_count && result == 0; i++)
        if (selection_has(figures, &rule->of, &figures->measures[i]))
            result = judge_measure(judgement, &figures->measures[i]);
    if (judgement->finding->selected == 0) {
        note_missing(judgement, find_reason(figures, rule->of.experiment, judgement->platform));
        note_missing(judgement,
                     find_reason(figures, rule->of.experiment, judgement->base_platform));
    }
    return result;
}

/* A probe without an answer may be one of those that are counted, and may be none. */
static void count_verdicts(struct judgement *judgement, const struct results *results)
{
    const struct rule *rule = judgement->rule;
    struct finding *finding = judgement->finding;
    struct tally all = tally_verdicts(rule, results);

    note_missing(judgement, all.reason);
    if (all.answers == 0)
        return;
    struct range range = {
        .value = (double)all.counted,
        .low = (double)all.counted,
        .high = (double)(all.counted + all.silent),
        .has_interval = true,
        .samples = all.answers,
    };
    note(judgement, NULL, &range);
    finding->selected = all.answers;
    finding->holding = all.counted;
    finding->silent = all.silent;
    finding->outcome = range_hold(rule, range.low, range.high);
}

/* Of a header that names the boxes of the run: whether the platform was one that was asked for. */
static bool was_chosen(const struct results *results, const char *platform)
{
    for (size_t i = 0; i < results->box_count; i++)
        if (same(results->boxes[i], platform))
            return true;
    for (size_t i = 0; i < results->sample_count; i++)
        if (same(results->samples[i].platform, platform))
            return true;
    return results->box_count == 0;
}

int rule_judge(const struct rule *rule, const struct analysis *analysis, struct finding *finding)
{
    struct judgement *judgement = calloc(1, sizeof *judgement);
    int result = 0;

    *finding = (struct finding){0};
    if (!judgement)
        return -ENOMEM;
    *judgement = (struct judgement){
        .rule = rule,
        .figures = &analysis->figures,
        .resamples = {.seed = (uint64_t)analysis->results.seed},
        .finding = finding,
    };
    for (size_t i = 0; i < analysis->results.sample_count && !finding->tried; i++)
        finding->tried = same(analysis->results.samples[i].experiment, rule->of.experiment);
    if (rule->kind == RULE_VERDICTS)
        count_verdicts(judgement, &analysis->results);
    else
        result = judge_measures(judgement);
    if (rule->kind != RULE_VERDICTS || finding->selected == 0)
        conclude(judgement);
    if (finding->outcome == RULE_MISSING && finding->tried &&
        (!was_chosen(&analysis->results, rule->of.platform) ||
         (rule->base_platform && !was_chosen(&analysis->results, rule->base_platform)))) {
        finding->tried = false;
        finding->reason = _("the platform was not chosen for this run");
    }
    if (finding->outcome == RULE_MISSING && !finding->reason)
        finding->reason = finding->tried ? _("there is no such figure among the samples")
                                         : _("the experiment was not run");
    free(judgement);
    return result;
}
