/* SPDX-License-Identifier: MIT */
/* The ledger of claims; Enter shows the evidence behind a verdict. */
#include <stdlib.h>
#include <string.h>

#include "bench/claims/claims.h"
#include "bench/claims/claims_words.h"
#include "common/i18n.h"
#include "tui/model/pages.h"

static void explain_expectation(struct lines *lines, struct arena *arena,
                                const struct expectation *expectation)
{
    static const char *const outcomes[] = {
        [RULE_HOLDS] = N_("holds"),
        [RULE_FAILS] = N_("does not hold"),
        [RULE_OPEN] = N_("undecided"),
        [RULE_MISSING] = N_("no figure"),
    };
    const struct finding *finding = &expectation->finding;
    const char *outcome = _(outcomes[finding->outcome]);

    if (finding->outcome == RULE_MISSING)
        lines_add(lines, arena_format(arena, "%s: %s (%s)", outcome, expectation->rule.text,
                                      finding->reason ? finding->reason : ""));
    else
        lines_add(lines, arena_format(arena,
                                      _("%s: %s – measured %.4g, from %.4g to %.4g, %zu "
                                        "samples"),
                                      outcome, expectation->rule.text, finding->value, finding->low,
                                      finding->high, finding->samples));
}

static const struct lines *explain(struct arena *arena, const struct claim *claim)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const char *change = claim_text(&claim->change);

    if (!lines)
        return NULL;
    lines_add(lines, arena_format(arena, "%s %s: %s", claim->id, claim_text(&claim->term),
                                  claim_text(&claim->statement)));
    lines_add(lines, arena_format(arena, _("Verdict: %s"), claim_verdict_text(claim->verdict)));
    if (claim->reason)
        lines_add(lines, arena_text(arena, claim->reason));
    for (size_t i = 0; i < claim->expectation_count; i++)
        explain_expectation(lines, arena, claim->expectations[i]);
    if (*change)
        lines_add(lines, arena_format(arena, _("Otherwise if: %s"), change));
    if (claim->experiment)
        lines_add(lines, arena_format(arena, _("experiment: %s"), claim->experiment));
    return lines;
}

static void add_claim(struct grid *grid, struct arena *arena, const struct claim *claim)
{
    struct row *row = grid_add_row(arena, grid, "");

    if (!row)
        return;
    const struct lines *lines = explain(arena, claim);
    row->cells[0].text = arena_text(arena, claim->id);
    row->cells[1].text = arena_text(arena, claim_verdict_text(claim->verdict));
    row->cells[1].tone = words_tone(claim->verdict);
    row->cells[2].text =
        arena_format(arena, "%s: %s", claim_text(&claim->term), claim_text(&claim->statement));
    for (int i = 0; i < 3; i++)
        row->cells[i].explained = lines;
}

void page_make_claims(struct page *page, struct arena *arena, const struct sources *sources)
{
    struct claims *claims = calloc(1, sizeof *claims);
    struct error error = {0};
    int result = -1;

    grid_add_column(arena, &page->grid, "claim", "", false);
    grid_add_column(arena, &page->grid, "verdict", _("verdict"), false);
    grid_add_column(arena, &page->grid, "statement", _("what is said"), false);
    page->empty = arena_text(arena, _("Claims are judged by results, and there are none yet. F5 "
                                      "measures."));
    if (claims && sources->analysis)
        result = claims_read(claims, NULL, &error);
    if (result == 0)
        result = claims_judge(claims, sources->analysis, &error);
    for (size_t i = 0; result == 0 && i < claims->count; i++)
        add_claim(&page->grid, arena, &claims->list[i]);
    if (result == 0)
        page->empty = NULL;
    else if (*error.text)
        page->empty = arena_text(arena, error.text);
    if (claims)
        claims_free(claims);
    free(claims);
}
