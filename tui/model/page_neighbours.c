/* SPDX-License-Identifier: MIT */
/* A victim's answers beside an aggressor, as they were recorded: median and 99th percentile. */
#include <stdio.h>
#include <string.h>

#include "bench/results/params.h"
#include "common/i18n.h"
#include "tui/model/figure_cell.h"
#include "tui/model/pages.h"

static bool is_latency(const struct measure *measure)
{
    return strcmp(measure->experiment, "neighbours") == 0 &&
           (strcmp(measure->metric, "p50_ns") == 0 || strcmp(measure->metric, "p99_ns") == 0 ||
            !*measure->metric);
}

void page_make_neighbours(struct page *page, struct arena *arena, const struct sources *sources)
{
    const struct analysis *analysis = sources->analysis;
    struct figure_columns columns = {0};

    grid_add_column(arena, &page->grid, "measure", _("victim, beside"), false);
    page->empty = arena_text(arena, _("These results hold no neighbours. F5 measures them: victims "
                                      "beside aggressors, with limits and without. F2 shows "
                                      "them live: you start and stop the aggressors."));
    if (!analysis)
        return;
    figure_columns_add(&columns, arena, &page->grid, analysis, is_latency);
    for (size_t i = 0; i < analysis->figures.measure_count; i++) {
        const struct measure *measure = &analysis->figures.measures[i];
        char label[160], antagonist[32], limits[8];
        if (!is_latency(measure) || !*measure->metric)
            continue;
        bool alone = params_have(measure->params, "antagonist", "none");
        params_get(measure->params, "antagonist", antagonist, sizeof antagonist);
        params_get(measure->params, "limits", limits, sizeof limits);
        snprintf(label, sizeof label, "%s, %s%s %s", measure->workload,
                 alone ? _("alone") : antagonist, strcmp(limits, "on") == 0 ? _(", limits") : "",
                 strcmp(measure->metric, "p99_ns") == 0 ? "p99" : "p50");
        figure_row_add(arena, &page->grid, &columns, analysis, measure, label, 0);
    }
    if (page->grid.row_count > 0)
        page->empty = NULL;
    lines_add(
        &page->notes,
        arena_text(arena, _("p50: half of the answers came sooner; p99: 99 of 100 did. F2: live")));
}
