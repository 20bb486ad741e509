/* SPDX-License-Identifier: MIT */
/* Start-up: its distributions, and the stages that it consists of. */
#include <stdio.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/results/params.h"
#include "bench/results/stages.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"
#include "tui/model/figure_cell.h"
#include "tui/model/pages.h"

/* Not the stages nor the namespaces: they are parts, and have a place of their own. */
static bool is_start(const struct measure *measure)
{
    char value[8];

    return strcmp(measure->experiment, "startup") == 0 &&
           (strcmp(measure->metric, "first_output_ns") == 0 ||
            strcmp(measure->metric, "end_ns") == 0 || strcmp(measure->metric, "cpu_ns") == 0 ||
            !*measure->metric) &&
           !*params_get(measure->params, "timeline", value, sizeof value);
}

static const char *metric_label(const char *metric)
{
    if (strcmp(metric, "first_output_ns") == 0)
        return _("to first output");
    if (strcmp(metric, "end_ns") == 0)
        return _("to exit");
    return _("processor time");
}

static void add_row(struct page *page, struct arena *arena, const struct figure_columns *columns,
                    const struct analysis *analysis, const struct measure *measure)
{
    char label[160], mode[16], namespaces[48];
    int used;

    params_get(measure->params, "mode", mode, sizeof mode);
    params_get(measure->params, "namespaces", namespaces, sizeof namespaces);
    used = snprintf(label, sizeof label, "%s%s%s", metric_label(measure->metric),
                    *namespaces ? ", namespaces: " : "", namespaces);
    if (strcmp(mode, "burst") == 0)
        snprintf(label + used, sizeof label - (size_t)used, ", %s", _("bursts"));
    figure_row_add(arena, &page->grid, columns, analysis, measure, label, 0);
}

static const struct measure *find(const struct figures *figures, const char *mode,
                                  const char *metric)
{
    char params[64];

    snprintf(params, sizeof params, "mode=%s,timeline=yes", mode);
    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        if (strcmp(measure->experiment, "startup") == 0 && strcmp(measure->params, params) == 0 &&
            strcmp(measure->metric, metric) == 0)
            return measure;
    }
    return NULL;
}

/* One after the other, in the order of life: that of the table of stages. */
static void add_stages(struct stages_of *of, struct arena *arena, const struct figures *figures,
                       const char *mode, size_t platform)
{
    struct stage_bar *bars = arena_array(arena, stages_count, sizeof *bars);
    const struct measure *total = find(figures, mode, "end_ns");
    double at = 0, outer = 0;

    if (!bars || !total || total->figures[platform].value.count == 0)
        return;
    for (size_t i = 0; i < stages_count; i++) {
        const struct measure *measure = find(figures, mode, stages[i].metric);
        if (!measure || measure->figures[platform].value.count == 0)
            continue;
        double duration = measure->figures[platform].value.median;
        if (!stages[i].inside)
            outer = at;
        bars[of->count++] = (struct stage_bar){arena_text(arena, _(stages[i].name)),
                                               stages[i].inside ? outer : at, duration};
        at += stages[i].inside ? 0 : duration;
    }
    of->bars = bars;
    of->stages_ns = at;
    of->total_ns = total->figures[platform].value.median;
}

/* The rows in groups: whole boxes first, then what kinds of namespaces add to a native start. */
struct order {
    const char *metric, *mode;
    bool namespaces;
};

static bool is_in(const struct measure *measure, const struct order *order)
{
    char value[48];
    bool namespaces = *params_get(measure->params, "namespaces", value, sizeof value);

    return is_start(measure) && strcmp(measure->metric, order->metric) == 0 &&
           params_have(measure->params, "mode", order->mode) && namespaces == order->namespaces;
}

void page_make_startup(struct page *page, struct arena *arena, const struct sources *sources)
{
    const struct analysis *analysis = sources->analysis;
    static const struct order orders[] = {
        {"first_output_ns", "single", false},
        {"end_ns",          "single", false},
        {"cpu_ns",          "single", false},
        {"first_output_ns", "burst",  false},
        {"end_ns",          "burst",  false},
        {"cpu_ns",          "burst",  false},
        {"end_ns",          "single", true },
        {"end_ns",          "burst",  true },
    };
    struct figure_columns columns = {0};

    grid_add_column(arena, &page->grid, "measure", "", false);
    page->empty = arena_text(arena, _("These results hold no start-up times. F5 measures them."));
    if (!analysis)
        return;
    const struct figures *figures = &analysis->figures;
    figure_columns_add(&columns, arena, &page->grid, analysis, is_start);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++)
        for (size_t j = 0; j < figures->measure_count; j++)
            if (is_in(&figures->measures[j], &orders[i]))
                add_row(page, arena, &columns, analysis, &figures->measures[j]);
    if (page->grid.row_count == 0)
        return;
    page->empty = NULL;
    page->stages = arena_array(arena, GRID_COLUMNS_MAX, sizeof *page->stages);
    const char *mode = find(figures, "single", "end_ns") ? "single" : "burst";
    for (size_t i = 0; page->stages && i < columns.count; i++) {
        page->stages[i + 1].title = page->grid.columns[i + 1].title;
        add_stages(&page->stages[i + 1], arena, figures, mode, columns.platform[i]);
    }
    lines_add(&page->notes,
              arena_text(arena, _("stages: medians, from the tools' own timelines, in "
                                  "runs of their own")));
}
