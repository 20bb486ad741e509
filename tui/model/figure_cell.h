/* SPDX-License-Identifier: MIT */
/* A figure of the analysis as a cell of a grid. */
#ifndef VIRTLAB_TUI_FIGURE_CELL_H
#define VIRTLAB_TUI_FIGURE_CELL_H

#include "bench/analysis/analysis.h"
#include "tui/model/state.h"

/* The columns: one for each platform that has something to say in the measures chosen. */
struct figure_columns {
    size_t platform[FIGURES_PLATFORMS_MAX]; /* of the second, third … column */
    size_t count;
};
void figure_columns_add(struct figure_columns *columns, struct arena *arena, struct grid *grid,
                        const struct analysis *analysis,
                        bool (*chosen)(const struct measure *measure));

/* The row of a measure, called label. */
void figure_row_add(struct arena *arena, struct grid *grid, const struct figure_columns *columns,
                    const struct analysis *analysis, const struct measure *measure,
                    const char *label, unsigned indent);

#endif
