/* SPDX-License-Identifier: MIT */
/* The ledger with everything behind it, for people. */
#include <stdio.h>
#include <string.h>

#include "bench/claims/claims_words.h"
#include "common/i18n.h"

static void add_remark(struct table *table, const char *text)
{
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, text, NULL);
    table_tone(table, TONE_WEAK);
    table_put_string(table, "", NULL);
}

static void add_expectation(struct table *table, const struct claim *claim,
                            const struct expectation *expectation, bool with_rule)
{
    const struct finding *finding = &expectation->finding;
    char line[WORDS_MAX_BYTES] = "";

    words_of_rule(line, expectation, false);
    /* The reason for the verdict stands there already. */
    if (finding->outcome != RULE_MISSING || strcmp(finding->reason, claim->reason) != 0)
        words_of_figure(line, expectation, false);
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, words_of_outcome(finding->outcome), NULL);
    table_tone(table, TONE_WEAK);
    if (!with_rule)
        return;
    snprintf(line, sizeof line, "%s = %s", expectation->needed ? "expect" : "also",
             expectation->rule.text);
    add_remark(table, line);
}

/* "startup: 60, faults: 24": as many samples of each experiment that the claim names. */
static void list_samples(char line[WORDS_MAX_BYTES], const char *experiments,
                         const struct results *results)
{
    for (const char *name = experiments; *name;) {
        size_t length = strcspn(name, " "), count = 0;
        for (size_t i = 0; i < results->sample_count; i++)
            count += strlen(results->samples[i].experiment) == length &&
                     strncmp(results->samples[i].experiment, name, length) == 0;
        words_add(line, "%s%.*s: %zu", name == experiments ? "" : ", ", (int)length, name, count);
        name += length + strspn(name + length, " ");
    }
}

static void add_claim(struct table *table, const struct claim *claim,
                      const struct analysis *analysis, bool with_rules)
{
    char line[WORDS_MAX_BYTES] = "";
    const char *change = claim_text(&claim->change);

    words_add(line, "%s: %s", claim_text(&claim->term), claim_text(&claim->statement));
    table_add_row(table, 0);
    table_put_string(table, claim->id, NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, claim_verdict_text(claim->verdict), NULL);
    table_tone(table, words_tone(claim->verdict));
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
        add_expectation(table, claim, claim->expectations[i], with_rules);
    if (claim->verdict == CLAIM_NOT_RUN || claim->verdict == CLAIM_NO_EXPERIMENT)
        return;
    if (*change) {
        snprintf(line, sizeof line, _("Otherwise if: %s"), change);
        add_remark(table, line);
    }
    if (claim->expectation_count > 0) {
        char samples[WORDS_MAX_BYTES] = "";
        list_samples(samples, claim->experiment, &analysis->results);
        snprintf(line, sizeof line, _("Samples: %s. About: %s."), samples, claim->where);
        add_remark(table, line);
    }
}

/* One row for all claims that this version has no experiment for. */
static void add_later_ones(struct table *table, const struct claims *claims)
{
    char line[WORDS_MAX_BYTES] = "";

    for (size_t i = 0; i < claims->count; i++)
        if (claims->list[i].verdict == CLAIM_NO_EXPERIMENT)
            words_add(line, *line ? " %s" : "%s", claims->list[i].id);
    if (!*line)
        return;
    table_add_row(table, 0);
    table_put_string(table, "", NULL);
    table_put_string(table, line, NULL);
    table_put_string(table, claim_verdict_text(CLAIM_NO_EXPERIMENT), NULL);
    table_tone(table, TONE_WEAK);
}

struct table *claims_table(const struct claims *claims, const struct analysis *analysis,
                           const char *folder)
{
    const struct table_column columns[] = {
        {"id",      "",           TABLE_LEFT             },
        {"claim",   _("claim"),   TABLE_LEFT | TABLE_WRAP},
        {"verdict", _("verdict"), TABLE_LEFT | TABLE_WRAP},
    };
    char totals[WORDS_MAX_BYTES] = "";
    struct table *table = table_new(_("What is said, and what was measured"), analysis->host);

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < claims->count; i++)
        if (folder || claims->list[i].verdict != CLAIM_NO_EXPERIMENT)
            add_claim(table, &claims->list[i], analysis, folder);
    if (!folder)
        add_later_ones(table, claims);
    table_note(table, "",
               _("from %s; [a–b]: 95 %% interval; (a–b): from the least to the most, and of a "
                 "single run from half its time to twice as much"),
               analysis->results.run);
    if (folder)
        table_note(table, "", _("the samples: %s/samples.jsonl"), folder);
    table_note(table, "", "%s",
               _("About: N native, H hosting, C container, V vm, L vm-linux, T vm-linux-tcg, "
                 "E emulator"));
    table_note(table, "", "%s",
               _("=@2: the second least number of those measured; so 5 of 5: of five figures, all "
                 "do; undecided: the interval reaches across what is claimed, or some figures do "
                 "and some do not, or there are too few runs; no figure: not measured, see the "
                 "reason"));
    words_of_totals(totals, claims);
    table_note(table, "", "%s", totals);
    return table;
}
