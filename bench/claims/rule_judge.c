/* SPDX-License-Identifier: MIT */
/* A rule held against the figures. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/observations.h"
#include "bench/claims/rule.h"
#include "bench/results/params.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"

enum {
    VALUE_BYTES = 32,
    /* The 99th percentile of a hundred requests is that of one: so few runs decide nothing. */
    RUNS_OF_TAIL = 3,
};

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

/*
 * The rank-th number, from 1, that the parameter has in the experiment, as text; "" when there are
 * not as many.
 */
static const char *ranked_value(const struct figures *figures, const char *experiment,
                                const char *name, unsigned long rank, char value[VALUE_BYTES])
{
    long least = LONG_MIN;

    value[0] = '\0';
    for (; rank > 0; rank--) {
        long next = LONG_MAX;
        for (size_t i = 0; i < figures->measure_count; i++) {
            char text[VALUE_BYTES];
            if (!same(figures->measures[i].experiment, experiment) ||
                !*params_get(figures->measures[i].params, name, text, sizeof text))
                continue;
            long number = strtol(text, NULL, 10);
            if (number > least && number < next)
                next = number;
        }
        if (next == LONG_MAX)
            return "";
        least = next;
    }
    snprintf(value, VALUE_BYTES, "%ld", least);
    return value;
}

/* The value that a parameter of the rule means in these figures: "@2" is resolved. */
static const char *meant_value(const struct figures *figures, const char *experiment,
                               const struct rule_param *param, char value[VALUE_BYTES])
{
    if (*param->value != '@')
        return param->value;
    return ranked_value(figures, experiment, param->name, strtoul(param->value + 1, NULL, 10) % 100,
                        value);
}

static bool is_selected(const struct figures *figures, const struct selection *of,
                        const struct measure *measure)
{
    char value[VALUE_BYTES];

    if (!same(measure->experiment, of->experiment) || !same(measure->metric, of->metric) ||
        (of->workload && !same(measure->workload, of->workload)))
        return false;
    for (size_t i = 0; i < of->param_count; i++)
        if (!params_have(measure->params, of->params[i].name,
                         meant_value(figures, of->experiment, &of->params[i], value)))
            return false;
    return true;
}

/* The parameters of a measure with the rule's changes in place of their values. */
static void change_params(char changed[PARAMS_TEXT_MAX], const struct rule *rule,
                          const struct figures *figures, const char *params)
{
    char before[PARAMS_TEXT_MAX], value[VALUE_BYTES];

    snprintf(changed, PARAMS_TEXT_MAX, "%s", params);
    for (size_t i = 0; i < rule->change_count; i++) {
        memcpy(before, changed, sizeof before);
        params_set(changed, before, rule->changes[i].name,
                   meant_value(figures, rule->of.experiment, &rule->changes[i], value));
    }
}

/* What the measure is compared with; NULL: it is not there, or is the measure itself. */
static const struct measure *find_base(const struct rule *rule, const struct figures *figures,
                                       const struct measure *measure)
{
    char params[PARAMS_TEXT_MAX];

    if (rule->change_count == 0)
        return measure;
    change_params(params, rule, figures, measure->params);
    if (same(params, measure->params))
        return NULL;
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *base = &figures->measures[i];
        if (same(base->experiment, measure->experiment) &&
            same(base->workload, measure->workload) && same(base->metric, measure->metric) &&
            same(base->params, params))
            return base;
    }
    return NULL;
}

/* figures->platform_count when the results do not have it. */
static size_t find_platform(const struct figures *figures, const char *name)
{
    size_t place = 0;

    while (place < figures->platform_count && !same(figures->platforms[place], name))
        place++;
    return place;
}

/* What decides is what the interval says, or the whole range where there is no interval. */
struct range {
    double value, low, high;
    bool has_interval;
    size_t samples;
};

static struct range range_of(const struct figure *figure)
{
    const struct estimate *value = &figure->value;

    if (value->count == 0)
        return (struct range){0};
    return (struct range){
        .value = value->median,
        .low = value->has_interval ? value->low : figure->values[0],
        .high = value->has_interval ? value->high : figure->values[value->count - 1],
        .has_interval = value->has_interval,
        .samples = value->count,
    };
}

/* Of two ranges that are not paired: the most and the least that their ratio can be. */
static struct range divide(const struct range *mine, const struct range *base)
{
    if (mine->samples == 0 || base->samples == 0 || base->low <= 0 || mine->low < 0)
        return (struct range){0};
    return (struct range){
        .value = mine->value / base->value,
        .low = mine->low / base->high,
        .high = mine->high / base->low,
        .has_interval = mine->has_interval && base->has_interval,
        .samples = mine->samples < base->samples ? mine->samples : base->samples,
    };
}

/* Native against native differs as much, so the figure may be anything within the floor. */
static void widen_by_noise(struct range *range, double floor)
{
    if (range->low > 1 / (1 + floor))
        range->low = 1 / (1 + floor);
    if (range->high < 1 + floor)
        range->high = 1 + floor;
}

/* Paired by block where both are of one measure. samples 0: there is no ratio. */
static int ratio_of(const struct measure *measure, size_t platform, const struct measure *base,
                    size_t base_platform, struct resamples *resamples, struct range *range)
{
    struct range mine = range_of(&measure->figures[platform]);
    struct range theirs = range_of(&base->figures[base_platform]);
    struct estimate ratio;

    *range = (struct range){0};
    if (measure != base) {
        *range = divide(&mine, &theirs);
        return 0;
    }
    int result = figures_ratio(measure, platform, base_platform, resamples, &ratio);
    if (result < 0 || ratio.count == 0)
        return result;
    if (!ratio.has_interval)
        *range = divide(&mine, &theirs);
    else
        *range = (struct range){ratio.median, ratio.low, ratio.high, true, ratio.count};
    if (range->samples > 0 && base_platform == 0 && measure->floor >= 0 &&
        measure->figures[platform].comparison == COMPARISON_NOISE)
        widen_by_noise(range, measure->floor);
    return 0;
}

static enum rule_outcome hold(const struct rule *rule, double low, double high)
{
    double limit = rule->threshold;
    bool holds = false, fails = false;

    switch (rule->relation) {
    case RULE_LESS:
        holds = high < limit;
        fails = low >= limit;
        break;
    case RULE_AT_MOST:
        holds = high <= limit;
        fails = low > limit;
        break;
    case RULE_MORE:
        holds = low > limit;
        fails = high <= limit;
        break;
    case RULE_AT_LEAST:
        holds = low >= limit;
        fails = high < limit;
        break;
    }
    return holds ? RULE_HOLDS : fails ? RULE_FAILS : RULE_OPEN;
}

/* Whether a keeps to the rule better than b. */
static bool is_better(const struct rule *rule, double a, double b)
{
    bool up = rule->relation == RULE_MORE || rule->relation == RULE_AT_LEAST;
    return up ? a > b : a < b;
}

/* A judgement in the making, over all measures that the rule selects. */
struct judgement {
    const struct rule *rule;
    const struct figures *figures;
    size_t platform, base_platform;
    struct resamples resamples;
    struct finding *finding;
    size_t failing, open;
};

static void note_missing(struct judgement *judgement, const char *reason)
{
    if (reason && !judgement->finding->reason)
        judgement->finding->reason = reason;
}

/* A single run of a time may well be twice or half of what another one would be. */
static void widen_single_time(struct range *range, const char *metric)
{
    if (range->samples > 1 || measure_unit(metric) != UNIT_NS)
        return;
    range->low /= 2;
    range->high *= 2;
}

static void note(struct judgement *judgement, const struct measure *measure,
                 const struct range *range)
{
    const struct rule *rule = judgement->rule;
    struct finding *finding = judgement->finding;
    enum rule_outcome outcome = hold(rule, range->low, range->high);

    if (measure && strncmp(measure->metric, "p99_", 4) == 0 && range->samples < RUNS_OF_TAIL)
        outcome = RULE_OPEN;
    finding->holding += outcome == RULE_HOLDS;
    judgement->failing += outcome == RULE_FAILS;
    judgement->open += outcome == RULE_OPEN;
    if (finding->selected++ > 0 && is_better(rule, range->value, finding->value) != rule->any)
        return;
    finding->measure = measure;
    finding->value = range->value;
    finding->low = range->low;
    finding->high = range->high;
    finding->has_interval = range->has_interval;
    finding->samples = range->samples;
}

/* The measure of another metric of the same runs; NULL: there is none. */
static const struct measure *find_metric(const struct figures *figures,
                                         const struct measure *measure, const char *metric)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *other = &figures->measures[i];
        if (same(other->experiment, measure->experiment) &&
            same(other->workload, measure->workload) && same(other->params, measure->params) &&
            same(other->metric, metric))
            return other;
    }
    return NULL;
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
            find_metric(judgement->figures, measure, judgement->rule->of.per);
        struct range divisor =
            per ? range_of(&per->figures[judgement->platform]) : (struct range){0};
        range = divide(&range, &divisor);
    }
    if (judgement->rule->kind == RULE_RATIO) {
        base = find_base(judgement->rule, judgement->figures, measure);
        if (!base)
            return 0;
        result = ratio_of(measure, judgement->platform, base, judgement->base_platform,
                          &judgement->resamples, &range);
        if (range.samples == 0)
            note_missing(judgement, base->figures[judgement->base_platform].reason);
    }
    widen_single_time(&range, measure->metric);
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

    judgement->platform = find_platform(figures, rule->of.platform);
    judgement->base_platform = rule->kind == RULE_RATIO
                                   ? find_platform(figures, rule->base_platform)
                                   : judgement->platform;
    if (judgement->platform == figures->platform_count ||
        judgement->base_platform == figures->platform_count)
        return 0;
    for (size_t i = 0; i < figures->measure_count && result == 0; i++)
        if (is_selected(figures, &rule->of, &figures->measures[i]))
            result = judge_measure(judgement, &figures->measures[i]);
    if (judgement->finding->selected == 0) {
        note_missing(judgement, find_reason(figures, rule->of.experiment, judgement->platform));
        note_missing(judgement,
                     find_reason(figures, rule->of.experiment, judgement->base_platform));
    }
    return result;
}

/* What the samples of one probe say, or of all where the rule names none. */
struct tally {
    size_t answers, counted; /* verdicts, and those that the rule counts */
    size_t silent;           /* unknown, or samples without a verdict */
};

static bool is_of_platform(const struct rule *rule, const struct sample *sample)
{
    return same(sample->experiment, rule->of.experiment) &&
           same(sample->platform, rule->of.platform);
}

static bool has_params(const struct rule *rule, const struct sample *sample)
{
    for (size_t i = 0; i < rule->of.param_count; i++)
        if (!same(sample_param(sample, rule->of.params[i].name), rule->of.params[i].value))
            return false;
    return true;
}

/* probe: as many bytes of a name; NULL: of any. */
static struct tally tally_probe(const struct rule *rule, const struct results *results,
                                const char *probe, size_t length)
{
    struct tally tally = {0};

    for (size_t i = 0; i < results->sample_count; i++) {
        const struct sample *sample = &results->samples[i];
        if (!is_of_platform(rule, sample) || !has_params(rule, sample) ||
            (probe &&
             (strlen(sample->workload) != length || strncmp(sample->workload, probe, length) != 0)))
            continue;
        if (sample->status != SAMPLE_OK || !*sample->verdict) {
            tally.silent++;
            continue;
        }
        tally.answers++;
        if (same(sample->verdict, rule->verdict))
            tally.counted++;
        else if (same(sample->verdict, "unknown"))
            tally.silent++;
    }
    if (tally.answers == 0 && tally.silent == 0)
        tally.silent = 1;
    return tally;
}

/* A probe without an answer may be one of those that are counted, and may be none. */
static void count_verdicts(struct judgement *judgement, const struct results *results)
{
    const struct rule *rule = judgement->rule;
    struct finding *finding = judgement->finding;
    const char *probe = rule->of.workload;
    struct tally all = {0};

    for (size_t i = 0; i < results->sample_count; i++)
        if (is_of_platform(rule, &results->samples[i]) && results->samples[i].status != SAMPLE_OK)
            note_missing(judgement, results->samples[i].reason);
    do {
        size_t length = probe ? strcspn(probe, ",") : 0;
        struct tally one = tally_probe(rule, results, probe, length);
        all.answers += one.answers;
        all.counted += one.counted;
        all.silent += one.silent;
        if (probe)
            probe = probe[length] ? probe + length + 1 : NULL;
    } while (probe);
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
    finding->outcome = hold(rule, range.low, range.high);
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
