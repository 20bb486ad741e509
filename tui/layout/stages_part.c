/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/parts.h"

enum { BAR_MIN = 8, TIME_WIDTH = 9 };

static void draw_stage(struct frame *frame, size_t box, int y, int name, int width,
                       const struct stages_of *of, const struct stage_bar *bar, size_t number)
{
    double scale = of->stages_ns > 0 ? width / of->stages_ns : 0;
    int start = (int)(bar->start_ns * scale), length = (int)(bar->duration_ns * scale + 0.5);
    char text[32];

    frame_put_left(frame, box, y, 0, name, ROLE_LABEL, bar->name);
    if (start >= width)
        start = width - 1;
    if (length > width - start)
        length = width - start;
    /* What is too short for a block is a line: it was there. */
    if (length > 0)
        frame_repeat(frame, box, y, name + 1 + start, length, part_series_role(number),
                     frame->ascii ? "#" : "█");
    else
        frame_put(frame, box, y, name + 1 + start, part_series_role(number),
                  frame->ascii ? "|" : "▏");
    part_number(frame, text, sizeof text, "ns", bar->duration_ns);
    frame_put_right(frame, box, y, name + 1 + width, TIME_WIDTH, ROLE_TEXT, text);
}

/* As the longest name, but no more than leaves bars to be seen. */
static int names_width(const struct stages_of *of, int most)
{
    int width = 0;

    for (size_t i = 0; i < of->count && width < most; i++)
        if (width_of(of->bars[i].name) > width)
            width = width_of(of->bars[i].name);
    return width < most ? width : most;
}

void part_stages(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view)
{
    const struct page *page = &state->pages[view->page];
    size_t column = view->pages[view->page].column;
    size_t box = frame_box(frame, place, ROLE_TEXT);
    char title[256], head[512], stages[32], total[32];

    if (!page->stages || column >= page->grid.column_count || place.columns < 30 || place.rows < 3)
        return;
    /* A plain process has no stages: the next one's are shown, under its name. */
    for (size_t i = column; i < page->grid.column_count; i++) {
        if (page->stages[i].count > 0) {
            column = i;
            break;
        }
    }
    const struct stages_of *of = &page->stages[column];
    part_title(title, sizeof title, page->grid.columns[column].title);
    part_number(frame, stages, sizeof stages, "ns", of->stages_ns);
    part_number(frame, total, sizeof total, "ns", of->total_ns);
    snprintf(head, sizeof head, of->count > 0 ? _("%s: stages %s of %s") : "%s", title, stages,
             total);
    frame_put_left(frame, box, 0, 0, place.columns, ROLE_HEAD, head);
    if (of->count == 0) {
        frame_put_wrapped(frame, box, 1, 0, ROLE_WEAK,
                          _("No timeline of this one's start was measured."));
        return;
    }
    int name = names_width(of, place.columns - 1 - BAR_MIN - TIME_WIDTH);
    int width = place.columns - name - 1 - TIME_WIDTH;
    int rows = place.rows - 1;
    /* Where not all have a line, the longest do. */
    double least = 0;
    for (size_t shown = of->count; (int)shown > rows;) {
        double next = of->stages_ns;
        shown = 0;
        for (size_t i = 0; i < of->count; i++)
            if (of->bars[i].duration_ns > least && of->bars[i].duration_ns < next)
                next = of->bars[i].duration_ns;
        least = next;
        for (size_t i = 0; i < of->count; i++)
            shown += of->bars[i].duration_ns > least;
        if (least >= of->stages_ns)
            break;
    }
    int y = 1;
    for (size_t i = 0; i < of->count && y < place.rows; i++)
        if (of->bars[i].duration_ns > least || least == 0)
            draw_stage(frame, box, y++, name, width, of, &of->bars[i], i);
}
