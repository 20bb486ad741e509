/* SPDX-License-Identifier: MIT */
/* A victim's answers beside an aggressor, as they were recorded: median and 99th percentile. */
#include <stdio.h>
#include <stdlib.h>
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

enum { ROWS_MAX = 256 };

/* A row in the making: how much longer answers take than alone, where that is most. */
struct entry {
    const struct measure *measure;
    char antagonist[32];
    bool alone, limits, p99;
    double times, most, worst; /* of this row; with this antagonist; with any; 0: not known */
    size_t platforms;          /* of which this victim has figures, in the row that has most */
};

static const struct measure *find_alone(const struct figures *figures,
                                        const struct measure *measure)
{
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *other = &figures->measures[i];
        if (is_latency(other) && strcmp(other->metric, measure->metric) == 0 &&
            strcmp(other->workload, measure->workload) == 0 &&
            params_have(other->params, "antagonist", "none"))
            return other;
    }
    return NULL;
}

static double find_times(const struct figures *figures, const struct measure *measure)
{
    const struct measure *alone = find_alone(figures, measure);
    double times = 0;

    for (size_t i = 0; alone && i < figures->platform_count; i++) {
        const struct estimate *before = &alone->figures[i].value;
        const struct estimate *beside = &measure->figures[i].value;
        if (before->count > 0 && beside->count > 0 && before->median > 0 &&
            beside->median / before->median > times)
            times = beside->median / before->median;
    }
    return times;
}

static size_t count_platforms(const struct measure *measure, const struct figures *figures)
{
    size_t count = 0;

    for (size_t i = 0; i < figures->platform_count; i++)
        count += measure->figures[i].value.count > 0;
    return count;
}

/* What another row of the same victim says of this one. */
static void weigh(struct entry *entry, const struct entry *other, const struct figures *figures)
{
    size_t platforms = count_platforms(other->measure, figures);

    if (strcmp(entry->measure->workload, other->measure->workload) != 0)
        return;
    if (platforms > entry->platforms)
        entry->platforms = platforms;
    if (other->times > entry->worst)
        entry->worst = other->times;
    if (strcmp(entry->antagonist, other->antagonist) == 0 && other->times > entry->most)
        entry->most = other->times;
}

static size_t find_entries(struct entry *entries, const struct figures *figures)
{
    size_t count = 0;
    char limits[8];

    for (size_t i = 0; i < figures->measure_count && count < ROWS_MAX; i++) {
        const struct measure *measure = &figures->measures[i];
        if (!is_latency(measure) || !*measure->metric)
            continue;
        struct entry *entry = &entries[count++];
        *entry = (struct entry){.measure = measure};
        params_get(measure->params, "antagonist", entry->antagonist, sizeof entry->antagonist);
        params_get(measure->params, "limits", limits, sizeof limits);
        entry->alone = strcmp(entry->antagonist, "none") == 0;
        entry->limits = strcmp(limits, "on") == 0;
        entry->p99 = strcmp(measure->metric, "p99_ns") == 0;
        /* Limits slow a victim down by themselves, and p50 is what a neighbour changes last. */
        entry->times = entry->p99 && !entry->limits ? find_times(figures, measure) : 0;
    }
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < count; j++)
            weigh(&entries[i], &entries[j], figures);
    return count;
}

static int larger_first(double left, double right)
{
    return (left < right) - (left > right);
}

/*
 * The victims that most platforms can have first, and of those the one that was harmed most; alone,
 * then beside the antagonists, the worst first, each without limits and with them.
 */
static int by_harm(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    int result = larger_first((double)left->platforms, (double)right->platforms);

    if (result == 0)
        result = larger_first(left->worst, right->worst);
    if (result == 0)
        result = strcmp(left->measure->workload, right->measure->workload);
    if (result == 0)
        result = right->alone - left->alone;
    if (result == 0)
        result = larger_first(left->most, right->most);
    if (result == 0)
        result = strcmp(left->antagonist, right->antagonist);
    if (result == 0)
        result = right->p99 - left->p99;
    if (result == 0)
        result = left->limits - right->limits;
    return result ? result : strcmp(left->measure->params, right->measure->params);
}

static void add_rows(struct page *page, struct arena *arena, const struct figure_columns *columns,
                     const struct analysis *analysis)
{
    struct entry *entries = calloc(ROWS_MAX, sizeof *entries);
    size_t count = entries ? find_entries(entries, &analysis->figures) : 0;
    double most = 0;
    char label[160];

    if (count > 0)
        qsort(entries, count, sizeof *entries, by_harm);
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &entries[i];
        snprintf(label, sizeof label, "%s, %s%s %s", entry->measure->workload,
                 entry->alone ? _("alone") : entry->antagonist, entry->limits ? _(", limits") : "",
                 entry->p99 ? "p99" : "p50");
        if (!entry->alone && entry->times > most &&
            strcmp(entry->measure->workload, entries->measure->workload) == 0) {
            most = entry->times;
            page->telling = page->grid.row_count;
        }
        figure_row_add(arena, &page->grid, columns, analysis, entry->measure, label, 0);
    }
    arena->failed |= !entries;
    free(entries);
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
    add_rows(page, arena, &columns, analysis);
    if (page->grid.row_count > 0)
        page->empty = NULL;
    lines_add(
        &page->notes,
        arena_text(arena, _("p50: half of the answers came sooner; p99: 99 of 100 did. F2: live")));
}
