/* SPDX-License-Identifier: MIT */
/* The platforms side by side: every figure of the comparison, and how well each box isolates. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/measures.h"
#include "bench/tables/escape_matrix.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"
#include "tui/model/figure_cell.h"
#include "tui/model/mechanism.h"
#include "tui/model/pages.h"

static bool is_shown(const struct measure *measure)
{
    return measure_is_shown(measure);
}

static void add_kind(struct page *page, struct arena *arena, const struct figure_columns *columns,
                     const struct analysis *analysis, const struct measure_kind *kind)
{
    const struct figures *figures = &analysis->figures;

    for (size_t i = 0; i < figures->measure_count; i++) {
        const struct measure *measure = &figures->measures[i];
        char label[256];
        if (measure_kind(measure) != kind || !measure_is_shown(measure))
            continue;
        summary_label(figures, measure, label, sizeof label);
        figure_row_add(arena, &page->grid, columns, analysis, measure, label,
                       kind && kind->flags & MEASURE_PART ? 1 : 0);
    }
}

/* Of the probes that gave an answer, how many did not reach the host. */
struct score {
    size_t held, tried;
};

static struct score count_score(const struct escape_matrix *matrix, size_t machine, size_t column)
{
    struct score score = {0};

    for (size_t i = 0; i < matrix->probe_count; i++) {
        const struct sample *sample = escape_matrix_find(matrix, machine, i, column).sample;
        if (!sample || sample->status != SAMPLE_OK || strcmp(sample->verdict, "unknown") == 0)
            continue;
        score.tried++;
        score.held += strcmp(sample->verdict, "allowed") != 0;
    }
    return score;
}

static void fill_score(struct arena *arena, struct cell *cell, struct score score,
                       const char *platform)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const char *mechanism = mechanism_of_isolation(platform);

    cell->text = arena_format(arena, _("%zu of %zu"), score.held, score.tried);
    cell->has_number = true;
    cell->number = cell->low = cell->high = (double)score.held;
    cell->tone = score.held == score.tried ? TONE_GOOD : TONE_WARN;
    if (!lines)
        return;
    lines_add(lines, arena_format(arena,
                                  _("probes that did not reach the host: %zu of the %zu that "
                                    "gave an answer"),
                                  score.held, score.tried));
    lines_add(lines, arena_text(arena, _("A count of probes, all of one weight: the screen "
                                         "Isolation shows which.")));
    if (mechanism)
        lines_add(lines, arena_format(arena, _("Behind it: %s."), mechanism));
    cell->explained = lines;
}

/* Natively the ordinary user counts where there is one: root is contained by nothing. */
static void add_score(struct page *page, struct arena *arena, const struct figure_columns *columns,
                      const struct analysis *analysis, const struct escape_matrix *matrix,
                      size_t machine)
{
    struct row *row = grid_add_row(arena, &page->grid, "");
    const char *label = matrix->machines.labels[machine];

    if (!row)
        return;
    row->cells[0].text =
        arena_format(arena, "%s%s%s", _("isolation: probes held"), *label ? ", " : "", label);
    for (size_t i = 0; i < columns->count && i + 1 < GRID_COLUMNS_MAX; i++) {
        const char *platform = analysis->figures.platforms[columns->platform[i]];
        row->cells[i + 1].text = arena_text(arena, "–");
        row->cells[i + 1].tone = TONE_WEAK;
        for (size_t j = 0; j < matrix->column_count; j++) {
            struct score score = count_score(matrix, machine, j);
            if (strcmp(matrix->columns[j].platform, platform) == 0 && score.tried > 0)
                fill_score(arena, &row->cells[i + 1], score, platform);
        }
    }
}

static void add_scores(struct page *page, struct arena *arena, const struct figure_columns *columns,
                       const struct analysis *analysis)
{
    struct escape_matrix *matrix = calloc(1, sizeof *matrix);

    if (matrix && escape_matrix_make(matrix, analysis) == 0) {
        for (size_t i = 0; i < matrix->machines.count && matrix->probe_count > 0; i++)
            add_score(page, arena, columns, analysis, matrix, i);
        escape_matrix_free(matrix);
    }
    free(matrix);
}

void page_make_compare(struct page *page, struct arena *arena, const struct sources *sources)
{
    const struct analysis *analysis = sources->analysis;
    struct figure_columns columns = {0};
    char runs[64];
    size_t least, most;

    grid_add_column(arena, &page->grid, "measure", "", false);
    if (!analysis) {
        page->empty = arena_text(arena, _("There are no results yet. F5 measures; it takes some "
                                          "minutes, and the figures appear as they come."));
        return;
    }
    figure_columns_add(&columns, arena, &page->grid, analysis, is_shown);
    for (size_t i = 0; i < measure_kinds_count; i++)
        add_kind(page, arena, &columns, analysis, &measure_kinds[i]);
    add_kind(page, arena, &columns, analysis, NULL);
    add_scores(page, arena, &columns, analysis);
    if (page->grid.row_count == 0)
        page->empty = arena_text(arena, _("There are no figures in these results yet."));
    analysis_runs(analysis, &least, &most);
    snprintf(runs, sizeof runs, least == most ? "%zu" : "%zu–%zu", least, most);
    lines_add(&page->notes,
              arena_format(arena, _("medians; runs: %s, seed %lld, outliers: %zu, none dropped"),
                           runs, (long long)analysis->results.seed, analysis_outliers(analysis)));
}
