/* SPDX-License-Identifier: MIT */
/* The ledger shown. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/claims/claims.h"
#include "common/i18n.h"
#include "common/text.h"

enum { LINE_MAX_BYTES = 640 };

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

static enum table_tone tone_of(enum claim_verdict verdict)
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

/* Appends, as much as there is room for. */
__attribute__((format(printf, 2, 3))) static void add(char line[LINE_MAX_BYTES], const char *format,
                                                      ...)
{
    size_t used = strlen(line);
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(line + used, LINE_MAX_BYTES - used, format, arguments);
    va_end(arguments);
}

static void add_params(char line[LINE_MAX_BYTES], const struct rule_param *params, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add(line, " %s=%s", params[i].name, params[i].value);
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

/* What is measured: "start to first output mode=single, vm-linux / container". */
static void describe_rule(char line[LINE_MAX_BYTES], const struct rule *rule,
                          const struct finding *finding)
{
    const struct selection *of = &rule->of;
    const struct measure *measure = finding->measure;
    const struct measure_kind *kind = of->metric ? kind_of(rule, finding) : NULL;

    if (rule->kind == RULE_VERDICTS)
        add(line, _("probes %s"), rule->verdict);
    else if (kind)
        add(line, "%s", _(kind->label));
    else
        add(line, "%s %s", of->experiment, of->metric);
    if (of->per)
        add(line, " / %s", of->per);
    if (measure && kind && !kind->workload && *measure->workload && !of->workload)
        add(line, " (%s)", measure->workload);
    if (rule->any || finding->selected < 2 || rule->kind == RULE_VERDICTS || !measure)
        add_params(line, of->params, of->param_count);
    else if (*measure->params)
        add(line, " %s", measure->params);
    add(line, ", %s", of->platform);
    if (rule->kind != RULE_RATIO)
        return;
    add(line, " /");
    add_params(line, rule->changes, rule->change_count);
    if (strcmp(rule->base_platform, of->platform) != 0)
        add(line, " %s", rule->base_platform);
}

static void print_number(char text[MEASURE_TEXT_MAX], const struct finding *finding,
                         const struct rule *rule, double value)
{
    if (rule->kind == RULE_VALUE && !rule->of.per && finding->measure)
        measure_print_value(text, measure_unit(finding->measure->metric), value);
    else
        snprintf(text, MEASURE_TEXT_MAX, value >= 100 ? "%.0f" : "%.3g", value);
}

/* And what came of it: "12.3 [11.0–14.2], wanted > 5; 40 runs". */
static void describe_figure(char line[LINE_MAX_BYTES], const struct rule *rule,
                            const struct finding *finding)
{
    static const char *const relations[] = {
        [RULE_LESS] = "<",
        [RULE_AT_MOST] = "≤",
        [RULE_MORE] = ">",
        [RULE_AT_LEAST] = "≥",
    };
    char value[MEASURE_TEXT_MAX], low[MEASURE_TEXT_MAX], high[MEASURE_TEXT_MAX];

    add(line, ": ");
    if (finding->outcome == RULE_MISSING) {
        add(line, "%s", finding->reason);
        return;
    }
    print_number(value, finding, rule, finding->value);
    print_number(low, finding, rule, finding->low);
    print_number(high, finding, rule, finding->high);
    add(line, "%s", value);
    if (rule->kind == RULE_VERDICTS) {
        add(line, _(" of %zu"), finding->selected);
        if (finding->silent > 0)
            add(line,
                ngettext("; %zu without an answer", "; %zu without an answer", finding->silent),
                finding->silent);
    } else if (strcmp(low, value) != 0 || strcmp(high, value) != 0) {
        /* An interval of 95 %, or only the range of a few values. */
        add(line, finding->has_interval ? " [%s–%s]" : " (%s–%s)", low, high);
    }
    /* Translators: what a claim expects of a figure: "claimed > 1.5" */
    add(line, _("; claimed %s %s"), relations[rule->relation], rule->threshold_text);
    if (rule->kind == RULE_VERDICTS)
        return;
    if (finding->selected > 1)
        add(line, _("; so %zu of %zu"), finding->holding, finding->selected);
    add(line, ngettext("; %zu run", "; %zu runs", finding->samples), finding->samples);
}

static const char *outcome_text(enum rule_outcome outcome)
{
    static const char *const texts[] = {
        [RULE_HOLDS] = N_("holds"),
        [RULE_FAILS] = N_("does not hold"),
        [RULE_OPEN] = N_("undecided"),
        [RULE_MISSING] = N_("no figure"),
    };
    return _(texts[outcome]);
}

static void add_expectation(struct table *table, const struct claim *claim,
                            const struct expectation *expectation)
{
    const struct finding *finding = &expectation->finding;
    char line[LINE_MAX_BYTES] = "";

    describe_rule(line, &expectation->rule, finding);
    /* The reason for the verdict stands there already. */
    if (finding->outcome != RULE_MISSING || strcmp(finding->reason, claim->reason) != 0)
        describe_figure(line, &expectation->rule, finding);
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, outcome_text(finding->outcome), NULL);
    table_tone(table, TONE_WEAK);
}

static void add_remark(struct table *table, const char *text)
{
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, text, NULL);
    table_tone(table, TONE_WEAK);
    table_put_string(table, "", NULL);
}

static void add_claim(struct table *table, const struct claim *claim)
{
    char line[LINE_MAX_BYTES] = "";
    const char *change = claim_text(&claim->change);

    add(line, "%s: %s", claim_text(&claim->term), claim_text(&claim->statement));
    table_add_row(table, 0);
    table_put_string(table, claim->id, NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, claim_verdict_text(claim->verdict), NULL);
    table_tone(table, tone_of(claim->verdict));
    if (claim->verdict == CLAIM_NO_EXPERIMENT) {
        snprintf(line, sizeof line, _("experiment: %s"), claim->experiment);
        add_remark(table, line);
    } else if (claim->verdict == CLAIM_UNMEASURABLE) {
        add_remark(table, claim->reason);
    } else if (claim->verdict == CLAIM_NOT_RUN) {
        snprintf(line, sizeof line, "%s: virtlab bench %s", claim->reason, claim->experiment);
        add_remark(table, line);
    }
    for (size_t i = 0; i < claim->expectation_count && claim->verdict != CLAIM_NOT_RUN; i++)
        add_expectation(table, claim, claim->expectations[i]);
    if (claim->verdict == CLAIM_NOT_RUN || claim->verdict == CLAIM_NO_EXPERIMENT)
        return;
    if (*change) {
        snprintf(line, sizeof line, _("Otherwise if: %s"), change);
        add_remark(table, line);
    }
    if (claim->expectation_count > 0) {
        snprintf(line, sizeof line, _("Experiments: %s. About: %s."), claim->experiment,
                 claim->where);
        add_remark(table, line);
    }
}

/* One row for all claims that this version has no experiment for. */
static void add_later_ones(struct table *table, const struct claims *claims)
{
    char line[LINE_MAX_BYTES] = "";

    for (size_t i = 0; i < claims->count; i++)
        if (claims->list[i].verdict == CLAIM_NO_EXPERIMENT)
            add(line, *line ? " %s" : "%s", claims->list[i].id);
    if (!*line)
        return;
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, claim_verdict_text(CLAIM_NO_EXPERIMENT), NULL);
    table_tone(table, TONE_WEAK);
}

static void add_totals(struct table *table, const struct claims *claims)
{
    size_t count[CLAIM_VERDICTS] = {0};
    char line[LINE_MAX_BYTES] = "";

    for (size_t i = 0; i < claims->count; i++)
        count[claims->list[i].verdict]++;
    for (enum claim_verdict verdict = 0; verdict < CLAIM_VERDICTS; verdict++) {
        if (count[verdict] == 0 && verdict > CLAIM_DEPENDS)
            continue;
        add(line, *line ? ", " : "");
        /* Translators: so many claims have this verdict: "7 supported" */
        add(line, _("%zu %s"), count[verdict], claim_verdict_text(verdict));
    }
    table_note(table, "", "%s", line);
}

struct table *claims_table(const struct claims *claims, const struct analysis *analysis, bool whole)
{
    const struct table_column columns[] = {
        {"id",      "",           TABLE_LEFT             },
        {"claim",   _("claim"),   TABLE_LEFT | TABLE_WRAP},
        {"verdict", _("verdict"), TABLE_LEFT | TABLE_WRAP},
    };
    struct table *table = table_new(_("What is said, and what was measured"), analysis->host);

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < claims->count; i++)
        if (whole || claims->list[i].verdict != CLAIM_NO_EXPERIMENT)
            add_claim(table, &claims->list[i]);
    if (!whole)
        add_later_ones(table, claims);
    table_note(table, "", _("from %s; [a–b]: 95 %% interval, (a–b): from the least to the most"),
               analysis->results.run);
    table_note(table, "", "%s",
               _("About: N native, H hosting, C container, V vm, L vm-linux, T vm-linux-tcg, "
                 "E emulator"));
    table_note(table, "", "%s",
               _("=@2: the second least number of those measured; so 5 of 5: of five figures, all "
                 "do; undecided: the interval reaches across what is claimed, or some figures do "
                 "and some do not, or there are too few runs; no figure: not measured, see the "
                 "reason"));
    add_totals(table, claims);
    return table;
}

static void print_pair(FILE *out, const char *name, const char *text)
{
    fprintf(out, "\"%s\": ", name);
    text_print_json(out, text);
    fputs(", ", out);
}

static void print_both(FILE *out, const char *name, const struct claim_text *text)
{
    char korean[32];

    snprintf(korean, sizeof korean, "%s_ko", name);
    print_pair(out, name, text->in[CLAIM_ENGLISH] ? text->in[CLAIM_ENGLISH] : "");
    print_pair(out, korean, text->in[CLAIM_KOREAN] ? text->in[CLAIM_KOREAN] : "");
}

static void print_expectation_json(const struct expectation *expectation, FILE *out)
{
    const struct finding *finding = &expectation->finding;

    fputs("\n   {", out);
    print_pair(out, "rule", expectation->rule.text);
    print_pair(out, "outcome", rule_outcome_name(finding->outcome));
    fprintf(out, "\"needed\": %s, ", expectation->needed ? "true" : "false");
    if (finding->outcome == RULE_MISSING) {
        fputs("\"value\": null, ", out);
        print_pair(out, "reason", finding->reason);
        fprintf(out, "\"samples\": 0}");
        return;
    }
    fprintf(out, "\"value\": %.9g, \"low\": %.9g, \"high\": %.9g, \"interval\": %s, ",
            finding->value, finding->low, finding->high, finding->has_interval ? "true" : "false");
    fprintf(out, "\"holding\": %zu, \"selected\": %zu, ", finding->holding, finding->selected);
    if (finding->measure) {
        print_pair(out, "workload", finding->measure->workload);
        print_pair(out, "params", finding->measure->params);
    }
    fprintf(out, "\"threshold\": %.9g, \"samples\": %zu}", expectation->rule.threshold,
            finding->samples);
}

void claims_print_json(const struct claims *claims, const struct analysis *analysis,
                       const char *folder, FILE *out)
{
    fputs("{", out);
    print_pair(out, "run", analysis->results.run);
    print_pair(out, "folder", folder);
    print_pair(out, "host", analysis->host);
    fputs("\"claims\": [", out);
    for (size_t i = 0; i < claims->count; i++) {
        const struct claim *claim = &claims->list[i];
        fputs(i ? ",\n {" : "\n {", out);
        print_pair(out, "id", claim->id);
        print_both(out, "term", &claim->term);
        print_both(out, "claim", &claim->statement);
        print_both(out, "change", &claim->change);
        print_pair(out, "experiment", claim->experiment);
        print_pair(out, "where", claim->where);
        print_pair(out, "verdict", claim_verdict_name(claim->verdict));
        print_pair(out, "reason", claim->reason);
        fputs("\"figures\": [", out);
        for (size_t j = 0; j < claim->expectation_count; j++) {
            fputs(j ? "," : "", out);
            print_expectation_json(claim->expectations[j], out);
        }
        fputs("]}", out);
    }
    fputs("\n]}\n", out);
}
