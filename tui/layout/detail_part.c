/* SPDX-License-Identifier: MIT */
#include "tui/layout/parts.h"

void part_detail(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view)
{
    const struct cell *cell = view_cell(view, state);
    size_t box = frame_box(frame, place, ROLE_TEXT);
    int row = 0;

    if (!cell || !cell->explained)
        return;
    for (size_t i = 0; i < cell->explained->count && row < place.rows; i++)
        row += frame_put_wrapped(frame, box, row, 0, i == 0 ? ROLE_HEAD : ROLE_TEXT,
                                 cell->explained->text[i]);
}
