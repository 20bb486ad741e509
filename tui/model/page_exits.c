/* SPDX-License-Identifier: MIT */
/* The exits of a recorded timeline, by reason. */
#include <stdlib.h>

#include "bench/analysis/measures.h"
#include "common/i18n.h"
#include "tui/model/exits.h"
#include "tui/model/pages.h"

static void put_time(struct arena *arena, struct cell *cell, double us)
{
    char text[MEASURE_TEXT_MAX];

    measure_print_value(text, UNIT_NS, us * 1000);
    cell->text = arena_text(arena, text);
    cell->has_number = true;
    cell->number = cell->low = cell->high = us * 1000;
}

static void add_reason(struct grid *grid, struct arena *arena, const struct exits *exits,
                       const struct exit_reason *reason)
{
    struct row *row = grid_add_row(arena, grid, "ns");
    double seconds = (exits->last_us - exits->first_us) / 1e6;

    if (!row)
        return;
    row->cells[0].text = arena_text(arena, reason->name);
    row->cells[1].text = arena_format(arena, "%zu", reason->count);
    row->cells[1].number = (double)reason->count;
    row->cells[2].number = seconds > 0 ? (double)reason->count / seconds : 0;
    row->cells[2].text = arena_format(arena, "%.0f/s", row->cells[2].number);
    row->cells[1].has_number = row->cells[2].has_number = true;
    put_time(arena, &row->cells[3], statistics_quantile(reason->durations_us, reason->count, 0.5));
    if (statistics_quantile_known(reason->count, 0.99)) {
        put_time(arena, &row->cells[4],
                 statistics_quantile(reason->durations_us, reason->count, 0.99));
    } else {
        row->cells[4].text = arena_text(arena, "–");
        row->cells[4].tone = TONE_WEAK;
    }
    put_time(arena, &row->cells[5], reason->sum_us);
    row->cells[6].share = exits->sum_us > 0 ? reason->sum_us / exits->sum_us : 0;
    row->cells[6].number = 100 * row->cells[6].share;
    row->cells[6].has_number = true;
    row->cells[6].text = arena_format(arena, "%3.0f %%", row->cells[6].number);
}

void page_make_exits(struct page *page, struct arena *arena, const struct sources *sources)
{
    struct exits *exits = calloc(1, sizeof *exits);
    struct error error;

    grid_add_column(arena, &page->grid, "reason", _("exit"), false);
    grid_add_column(arena, &page->grid, "count", _("count"), true);
    grid_add_column(arena, &page->grid, "per_second", _("rate"), true);
    grid_add_column(arena, &page->grid, "p50_ns", "p50", true);
    grid_add_column(arena, &page->grid, "p99_ns", "p99", true);
    grid_add_column(arena, &page->grid, "sum_ns", _("together"), true);
    grid_add_column(arena, &page->grid, "share_percent", _("share of the cost"), false);
    page->empty =
        arena_text(arena, _("No timeline was given. `minivmm run --timeline FILE PROGRAM` "
                            "records one; `virtlab tui --timeline FILE` shows its "
                            "exits."));
    if (exits && sources->timeline) {
        if (exits_read(exits, sources->timeline, &error) < 0)
            page->empty = arena_text(arena, error.text);
        else if (exits->count == 0)
            page->empty = arena_format(arena, _("There is no exit in %s."), sources->timeline);
        else
            page->empty = NULL;
        for (size_t i = 0; i < exits->reason_count && !page->empty; i++)
            add_reason(&page->grid, arena, exits, &exits->reasons[i]);
        lines_add(&page->notes, arena_format(arena,
                                             _("%zu exits; the time is the VMM's, from one "
                                               "return of KVM_RUN to the next call"),
                                             exits->count));
    }
    if (exits)
        exits_free(exits);
    free(exits);
}
