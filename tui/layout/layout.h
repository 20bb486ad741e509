/* SPDX-License-Identifier: MIT */
/*
 * A state, looked at through a view, as a frame of a given size. Pure: the same arguments give the
 * same cells, and nothing is asked of a terminal, a clock or a file.
 */
#ifndef VIRTLAB_TUI_LAYOUT_H
#define VIRTLAB_TUI_LAYOUT_H

#include "tui/layout/frame.h"
#include "tui/layout/view.h"
#include "tui/model/state.h"

/* Below that there is nothing but a sentence that says so. */
enum { LAYOUT_ROWS_MIN = 12, LAYOUT_COLUMNS_MIN = 40 };

/* false: no memory. state NULL: it is being read. frame->ascii is set before. */
bool layout_draw(struct frame *frame, const struct state *state, const struct view *view, int rows,
                 int columns);

/* The height in which, at that width, a picture of the page cuts nothing off. */
int layout_height(const struct state *state, const struct view *view, int columns);

#endif
