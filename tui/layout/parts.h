/* SPDX-License-Identifier: MIT */
/* The parts of which layout.h puts a frame together. */
#ifndef VIRTLAB_TUI_PARTS_H
#define VIRTLAB_TUI_PARTS_H

#include "tui/layout/frame.h"
#include "tui/layout/view.h"
#include "tui/model/state.h"

/* grid_part.c: rows and columns in a place of the frame. */
void part_grid(struct frame *frame, struct area place, const struct state *state,
               const struct view *view);
/* The lines that the heads of the columns take in that width. */
int part_grid_head(const struct grid *grid, const struct view *view, int width);

/* bars_part.c: the row under the cursor, a bar for each column. */
void part_bars(struct frame *frame, struct area place, const struct state *state,
               const struct view *view);

/* detail_part.c: what is to be told of the cell under the cursor. */
void part_detail(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view);

/* curves_part.c: the distributions of the row under the cursor. */
void part_curves(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view);

/* stages_part.c: the stages of the start in the column under the cursor. */
void part_stages(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view);

/* record_part.c: a record of exits, and the moment in it. */
void part_record(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view);

/* neighbours_part.c: live neighbours, view->neighbours. */
void part_neighbours(struct frame *frame, struct area place, const struct view *view);

/* popup_part.c: what lies over the rest. */
void part_popup(struct frame *frame, const struct state *state, const struct view *view);

/* A role of its own for each series, and a letter, since colour alone tells nothing. */
enum role part_series_role(size_t number);
char part_series_letter(size_t number);

/* The title of a column in one line. */
void part_title(char *line, size_t size, const char *title);

/* A number with its unit, in few characters: "1.20 ms"; an interval: "[1.10-1.31]", in the unit of
   its upper end. */
void part_number(const struct frame *frame, char *text, size_t size, const char *unit,
                 double value);
void part_interval(char *text, size_t size, const char *unit, double low, double high);

#endif
