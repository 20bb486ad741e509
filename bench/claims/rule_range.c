/* SPDX-License-Identifier: MIT */
#include "bench/claims/rule_range.h"

#include <math.h>

#include "bench/analysis/measures.h"
#include "bench/analysis/observations.h"

struct range range_of(const struct figure *figure)
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

struct range range_divide(const struct range *mine, const struct range *base)
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

int range_ratio(const struct measure *measure, size_t platform, const struct measure *base,
                size_t base_platform, struct resamples *resamples, struct range *range)
{
    struct range mine = range_of(&measure->figures[platform]);
    struct range theirs = range_of(&base->figures[base_platform]);
    struct estimate ratio;

    *range = (struct range){0};
    if (measure != base) {
        *range = range_divide(&mine, &theirs);
        return 0;
    }
    int result = figures_ratio(measure, platform, base_platform, resamples, &ratio);
    if (result < 0 || ratio.count == 0)
        return result;
    if (!ratio.has_interval)
        *range = range_divide(&mine, &theirs);
    else
        *range = (struct range){ratio.median, ratio.low, ratio.high, true, ratio.count};
    if (range->samples > 0 && base_platform == 0 && measure->floor >= 0 &&
        measure->figures[platform].comparison == COMPARISON_NOISE)
        widen_by_noise(range, measure->floor);
    return 0;
}

void range_widen_single_time(struct range *range, const struct measure *measure, size_t platform)
{
    if (range_of(&measure->figures[platform]).samples > 1 ||
        measure_unit(measure->metric) != UNIT_NS)
        return;
    range->low /= 2;
    range->high *= 2;
}

enum rule_outcome range_hold(const struct rule *rule, double low, double high)
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
    case RULE_WITHIN:
        holds = low >= limit && high <= rule->most;
        fails = high < limit || low > rule->most;
        break;
    }
    return holds ? RULE_HOLDS : fails ? RULE_FAILS : RULE_OPEN;
}

/* How far the value keeps from what the rule forbids; negative: it is there. */
static double distance(const struct rule *rule, double value)
{
    switch (rule->relation) {
    case RULE_MORE:
    case RULE_AT_LEAST:
        return value - rule->threshold;
    case RULE_WITHIN:
        return fmin(value - rule->threshold, rule->most - value);
    case RULE_LESS:
    case RULE_AT_MOST:
        break;
    }
    return rule->threshold - value;
}

bool range_is_better(const struct rule *rule, double a, double b)
{
    return distance(rule, a) > distance(rule, b);
}
