/* SPDX-License-Identifier: MIT */
/* The ledger in short: a claim in a line, and what decides it in another. */
#include <string.h>

#include "bench/claims/claims_words.h"
#include "common/i18n.h"

/* What is worth most comes first. */
static const enum claim_verdict order[CLAIM_VERDICTS] = {
    CLAIM_REFUTED, CLAIM_DEPENDS,       CLAIM_SUPPORTED,      CLAIM_UNMEASURABLE,
    CLAIM_NOT_RUN, CLAIM_NO_EXPERIMENT, CLAIM_NOT_A_QUESTION,
};

/*
 * The expectation that decides: of a claim that depends the first that does not hold, or else the
 * first that is undecided; of others the first that has a figure.
 */
static const struct expectation *find_decider(const struct claim *claim)
{
    static const enum rule_outcome worst_first[] = {RULE_FAILS, RULE_OPEN, RULE_HOLDS};

    for (size_t i = 0; i < sizeof worst_first / sizeof *worst_first; i++)
        for (size_t j = 0; j < claim->expectation_count; j++)
            if (claim->expectations[j]->finding.outcome == worst_first[i])
                return claim->expectations[j];
    return NULL;
}

static void put_row(struct table *table, const char *id, const char *text, bool weak)
{
    table_add_row(table, 0);
    table_put_string(table, id, NULL);
    table_put_string(table, text, NULL);
    if (weak)
        table_tone(table, TONE_WEAK);
}

/* "2 of 3 hold; undecided: system call, container / native: 1.13 [0.98–1.21]; claimed > 1.02" */
static void put_decider(struct table *table, const struct claim *claim)
{
    const struct expectation *decider = find_decider(claim);
    char line[WORDS_MAX_BYTES] = "";
    size_t figures = 0, holding = 0;

    if (!decider)
        return;
    for (size_t i = 0; i < claim->expectation_count; i++) {
        figures += claim->expectations[i]->finding.outcome != RULE_MISSING;
        holding += claim->expectations[i]->finding.outcome == RULE_HOLDS;
    }
    if (claim->verdict == CLAIM_DEPENDS) {
        words_add(line, ngettext("%zu of %zu holds", "%zu of %zu hold", holding), holding, figures);
        words_add(line, "; %s: ", words_of_outcome(decider->finding.outcome));
    }
    words_of_rule(line, decider, true);
    words_of_figure(line, decider, true);
    put_row(table, "", line, true);
}

/* What the claims below it have in common. */
static void put_heading(struct table *table, enum claim_verdict verdict, const char *reason,
                        size_t count)
{
    char line[WORDS_MAX_BYTES] = "";

    words_add(line, "%s (%zu)", claim_verdict_text(verdict), count);
    if (*reason)
        words_add(line, ": %s", reason);
    table_add_heading(table, line);
}

/* Whether both stand under one heading: claims that lack a figure do by what it is lacking for. */
static bool are_together(const struct claim *a, const struct claim *b)
{
    return a->verdict == b->verdict &&
           (a->verdict != CLAIM_UNMEASURABLE || strcmp(a->reason, b->reason) == 0);
}

/* The claims from `first` on that stand under its heading. */
static void put_group(struct table *table, const struct claims *claims, size_t first)
{
    const struct claim *leader = &claims->list[first];
    char ids[WORDS_MAX_BYTES] = "";
    size_t count = 0;

    for (size_t i = first; i < claims->count; i++) {
        if (!are_together(leader, &claims->list[i]))
            continue;
        words_add(ids, *ids ? " %s" : "%s", claims->list[i].id);
        count++;
    }
    put_heading(table, leader->verdict, leader->verdict == CLAIM_UNMEASURABLE ? leader->reason : "",
                count);
    if (leader->verdict == CLAIM_NO_EXPERIMENT) {
        put_row(table, "", ids, true);
        return;
    }
    for (size_t i = first; i < claims->count; i++) {
        const struct claim *claim = &claims->list[i];
        if (!are_together(leader, claim))
            continue;
        put_row(table, claim->id, claim_text(&claim->statement), false);
        if (claim->verdict <= CLAIM_DEPENDS)
            put_decider(table, claim);
        else if (claim->verdict == CLAIM_NOT_RUN) {
            char line[WORDS_MAX_BYTES] = "";
            words_add(line, "%s: virtlab bench %s", claim->reason, claim->experiment);
            put_row(table, "", line, true);
        }
    }
}

struct table *claims_ledger(const struct claims *claims, const struct analysis *analysis,
                            bool spaced)
{
    const struct table_column columns[] = {
        {"id",    "", TABLE_LEFT             },
        {"claim", "", TABLE_LEFT | TABLE_WRAP},
    };
    struct table *table = table_new(_("What is said, and what was measured"), analysis->host);
    bool any = false;
    char totals[WORDS_MAX_BYTES] = "";

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < CLAIM_VERDICTS; i++) {
        for (size_t j = 0; j < claims->count; j++) {
            bool leads = claims->list[j].verdict == order[i];
            for (size_t k = 0; k < j && leads; k++)
                leads = !are_together(&claims->list[k], &claims->list[j]);
            if (!leads)
                continue;
            if (any && spaced)
                put_row(table, "", "", false);
            any = true;
            put_group(table, claims, j);
        }
    }
    words_of_totals(totals, claims);
    table_note(table, "", "%s", totals);
    table_note(table, "",
               _("from %s; [a–b]: 95 %% interval; (a–b): from the least to the most, and of a "
                 "single run from half its time to twice as much"),
               analysis->results.run);
    table_note(table, "", "%s",
               _("everything behind a claim: `virtlab claims C15`; behind all: --all"));
    return table;
}
