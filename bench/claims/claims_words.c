/* SPDX-License-Identifier: MIT */
#include "bench/claims/claims_words.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"

const char *claim_verdict_name(enum claim_verdict verdict)
{
    static const char *const names[CLAIM_VERDICTS] = {
        [CLAIM_SUPPORTED] = "supported",
        [CLAIM_REFUTED] = "refuted",
        [CLAIM_DEPENDS] = "depends",
        [CLAIM_UNMEASURABLE] = "unmeasurable",
        [CLAIM_NOT_RUN] = "not-run",
        [CLAIM_NO_EXPERIMENT] = "no-experiment",
        [CLAIM_NOT_A_QUESTION] = "not-a-question",
    };
    return names[verdict];
}

const char *claim_verdict_text(enum claim_verdict verdict)
{
    static const char *const texts[CLAIM_VERDICTS] = {
        [CLAIM_SUPPORTED] = N_("supported"),
        [CLAIM_REFUTED] = N_("refuted"),
        [CLAIM_DEPENDS] = N_("depends"),
        [CLAIM_UNMEASURABLE] = N_("cannot be measured here"),
        [CLAIM_NOT_RUN] = N_("not in these results"),
        [CLAIM_NO_EXPERIMENT] = N_("not in this version"),
        [CLAIM_NOT_A_QUESTION] = N_("nothing to measure"),
    };
    return _(texts[verdict]);
}

const char *claim_text(const struct claim_text *text)
{
    /* Translators: the language of this translation as HTML calls it, such as "ko". */
    bool korean = strcmp(_("en"), "ko") == 0;
    const char *chosen = text->in[korean ? CLAIM_KOREAN : CLAIM_ENGLISH];

    if (!chosen)
        chosen = text->in[CLAIM_ENGLISH];
    return chosen ? chosen : "";
}

void words_add(char line[WORDS_MAX_BYTES], const char *format, ...)
{
    size_t used = strlen(line);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line + used, WORDS_MAX_BYTES - used, format, arguments);
    va_end(arguments);
}

static void add_params(char line[WORDS_MAX_BYTES], const struct rule_param *params, size_t count)
{
    for (size_t i = 0; i < count; i++)
        words_add(line, " %s=%s", params[i].name, params[i].value);
}

/* The kind of what the rule selects, whether there is a figure of it or not. */
static const struct measure_kind *kind_of(const struct rule *rule, const struct finding *finding)
{
    const struct selection *of = &rule->of;
    struct measure measure = {
        .experiment = of->experiment,
        .workload = of->workload ? of->workload : "",
        .params = "",
        .metric = of->metric,
    };
    char params[128] = "";

    if (finding->measure)
        return measure_kind(finding->measure);
    if (of->param_count > 0)
        snprintf(params, sizeof params, "%s=%s", of->params[0].name, of->params[0].value);
    measure.params = params;
    return measure_kind(&measure);
}

void words_of_rule(char line[WORDS_MAX_BYTES], const struct expectation *expectation, bool brief)
{
    const struct rule *rule = &expectation->rule;
    const struct finding *finding = &expectation->finding;
    const struct selection *of = &rule->of;
    const struct measure *measure = finding->measure;
    const struct measure_kind *kind = of->metric ? kind_of(rule, finding) : NULL;

    if (rule->kind == RULE_VERDICTS)
        words_add(line, _("probes %s"), *rule->verdict ? _(rule->verdict) : "");
    else if (kind)
        words_add(line, "%s", _(kind->label));
    else
        words_add(line, "%s %s", of->experiment, of->metric);
    if (of->per && strncmp(of->per, "asked_", 6) == 0)
        words_add(line, "%s", _(", reached / asked"));
    else if (of->per)
        words_add(line, " / %s", of->per);
    if (measure && kind && !kind->workload && *measure->workload && !of->workload && !brief)
        words_add(line, " (%s)", measure->workload);
    if (brief || rule->any || finding->selected < 2 || rule->kind == RULE_VERDICTS || !measure)
        add_params(line, of->params, of->param_count);
    else if (*measure->params)
        words_add(line, " %s", measure->params);
    words_add(line, ", %s", of->platform);
    if (rule->kind != RULE_RATIO)
        return;
    words_add(line, " /");
    add_params(line, rule->changes, rule->change_count);
    if (strcmp(rule->base_platform, of->platform) != 0)
        words_add(line, " %s", rule->base_platform);
}

static void print_number(char text[MEASURE_TEXT_MAX], const struct finding *finding,
                         const struct rule *rule, double value)
{
    if (rule->kind == RULE_VALUE && !rule->of.per && finding->measure)
        measure_print_value(text, measure_unit(finding->measure->metric), value);
    else
        snprintf(text, MEASURE_TEXT_MAX, value >= 100 ? "%.0f" : "%.3g", value);
}

void words_of_figure(char line[WORDS_MAX_BYTES], const struct expectation *expectation, bool brief)
{
    const struct rule *rule = &expectation->rule;
    const struct finding *finding = &expectation->finding;
    static const char *const relations[] = {
        [RULE_LESS] = "< ",     [RULE_AT_MOST] = "≤ ", [RULE_MORE] = "> ",
        [RULE_AT_LEAST] = "≥ ", [RULE_WITHIN] = "",
    };
    char value[MEASURE_TEXT_MAX], low[MEASURE_TEXT_MAX], high[MEASURE_TEXT_MAX];

    words_add(line, ": ");
    if (finding->outcome == RULE_MISSING) {
        words_add(line, "%s", finding->reason);
        return;
    }
    print_number(value, finding, rule, finding->value);
    print_number(low, finding, rule, finding->low);
    print_number(high, finding, rule, finding->high);
    words_add(line, "%s", value);
    if (rule->kind == RULE_VERDICTS) {
        words_add(line, _(" of %zu"), finding->selected);
        if (finding->silent > 0)
            words_add(
                line,
                ngettext("; %zu without an answer", "; %zu without an answer", finding->silent),
                finding->silent);
    } else if (strcmp(low, value) != 0 || strcmp(high, value) != 0) {
        /* An interval of 95 %, or only the range of a few values. */
        words_add(line, finding->has_interval ? " [%s–%s]" : " (%s–%s)", low, high);
    }
    /* Translators: what a claim expects of a figure: "claimed > 1.5" */
    words_add(line, _("; claimed %s%s"), relations[rule->relation], rule->threshold_text);
    if (rule->kind == RULE_VERDICTS || brief)
        return;
    if (finding->selected > 1)
        words_add(line, _("; so %zu of %zu"), finding->holding, finding->selected);
    words_add(line, ngettext("; %zu run", "; %zu runs", finding->samples), finding->samples);
}

const char *words_of_outcome(enum rule_outcome outcome)
{
    static const char *const texts[] = {
        [RULE_HOLDS] = N_("holds"),
        [RULE_FAILS] = N_("does not hold"),
        [RULE_OPEN] = N_("undecided"),
        [RULE_MISSING] = N_("no figure"),
    };
    return _(texts[outcome]);
}

enum table_tone words_tone(enum claim_verdict verdict)
{
    switch (verdict) {
    case CLAIM_SUPPORTED:
        return TONE_GOOD;
    case CLAIM_REFUTED:
        return TONE_BAD;
    case CLAIM_DEPENDS:
        return TONE_WARN;
    default:
        return TONE_WEAK;
    }
}

void words_of_totals(char line[WORDS_MAX_BYTES], const struct claims *claims)
{
    size_t count[CLAIM_VERDICTS] = {0};

    for (size_t i = 0; i < claims->count; i++)
        count[claims->list[i].verdict]++;
    for (enum claim_verdict verdict = 0; verdict < CLAIM_VERDICTS; verdict++) {
        if (count[verdict] == 0 && verdict > CLAIM_DEPENDS)
            continue;
        words_add(line, *line ? ", " : "");
        /* Translators: so many claims have this verdict: "7 supported" */
        words_add(line, _("%zu %s"), count[verdict], claim_verdict_text(verdict));
    }
}
