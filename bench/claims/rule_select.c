/* SPDX-License-Identifier: MIT */
/* Which of the measures a rule means. */
#include "bench/claims/rule_select.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/results/params.h"

enum { VALUE_BYTES = 32 };

static bool same(const char *left, const char *right)
{
    return strcmp(left, right) == 0;
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

bool selection_has(const struct figures *figures, const struct selection *of,
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
const struct measure *selection_base(const struct rule *rule, const struct figures *figures,
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

size_t selection_platform(const struct figures *figures, const char *name)
{
    size_t place = 0;

    while (place < figures->platform_count && !same(figures->platforms[place], name))
        place++;
    return place;
}

const struct measure *selection_metric(const struct figures *figures, const struct measure *measure,
                                       const char *metric)
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
