/* SPDX-License-Identifier: MIT */
/* The ledger with everything behind it, for programs. */
#include <stdio.h>

#include "bench/claims/claims.h"
#include "common/text.h"

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
    fprintf(out, "\"threshold\": %.9g, ", expectation->rule.threshold);
    if (expectation->rule.relation == RULE_WITHIN)
        fprintf(out, "\"most\": %.9g, ", expectation->rule.most);
    fprintf(out, "\"samples\": %zu}", finding->samples);
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
