/* SPDX-License-Identifier: MIT */
/* A record of exits: how many there were over time, the moment, and the exits around it. */
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/parts.h"

enum {
    NUMBER_WIDTH = 9,
    TIME_WIDTH = 12,
    WHAT_AT = NUMBER_WIDTH + 2 * TIME_WIDTH + 6,
    COLUMNS_MAX = 400,
    LEVELS = 8, /* of a character */
    TALL = 16,  /* rows of the place, from which on the picture has more than one */
};

static const char *level_text(const struct frame *frame, int level)
{
    static const char *const blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const letters[] = {".", ".", ":", "-", "=", "+", "*", "#"};

    return frame->ascii ? letters[level - 1] : blocks[level - 1];
}

/* The column at which a time of the record lies. */
static int column_of(const struct moment *moment, double ns, int width)
{
    double span = moment->end_ns - moment->begin_ns;
    int column = span > 0 ? (int)((ns - moment->begin_ns) / span * width) : 0;

    return column < 0 ? 0 : column >= width ? width - 1 : column;
}

/* Exits in each column; those behind the moment are faint. What there is at all is seen. */
static void draw_density(struct frame *frame, size_t box, const struct moment *moment, int y,
                         int height, int width)
{
    size_t counts[COLUMNS_MAX] = {0}, most = 0;
    int here = column_of(moment, moment->at_ns, width);

    for (int x = 0; x < width; x++) {
        size_t bin = (size_t)x * RECORD_BINS / (size_t)width;
        size_t end = (size_t)(x + 1) * RECORD_BINS / (size_t)width;
        do
            counts[x] += moment->bins[bin];
        while (++bin < end);
        most = counts[x] > most ? counts[x] : most;
    }
    for (int x = 0; x < width; x++) {
        double share = most > 0 ? (double)counts[x] / (double)most : 0;
        int level = (int)(share * LEVELS * height + 0.5);
        level = level == 0 && counts[x] > 0 ? 1 : level;
        for (int row = height - 1; level > 0; row--, level -= LEVELS)
            frame_put(frame, box, y + row, x, x <= here ? ROLE_SERIES : ROLE_AXIS,
                      level_text(frame, level < LEVELS ? level : LEVELS));
    }
}

/* The first and the last time beside the mark of the moment, wherever that is. */
static void draw_axis(struct frame *frame, size_t box, const struct moment *moment, int y,
                      int width)
{
    int here = column_of(moment, moment->at_ns, width);
    char begin[32], end[32];

    part_number(frame, begin, sizeof begin, "ns", moment->begin_ns);
    part_number(frame, end, sizeof end, "ns", moment->end_ns);
    frame_put(frame, box, y, here <= width_of(begin) ? here + 2 : 0, ROLE_AXIS, begin);
    int right = here >= width - width_of(end) - 1 ? here - 1 : width;
    frame_put(frame, box, y, right - width_of(end), ROLE_AXIS, end);
    frame_put(frame, box, y, here, ROLE_WARN, "^");
}

static void draw_line(struct frame *frame, size_t box, int y, int width,
                      const struct record_line *line, enum role role)
{
    frame_put_right(frame, box, y, 2, NUMBER_WIDTH, role, line->number);
    frame_put_right(frame, box, y, 2 + NUMBER_WIDTH + 1, TIME_WIDTH, role, line->since);
    frame_put_right(frame, box, y, 2 + NUMBER_WIDTH + TIME_WIDTH + 2, TIME_WIDTH, role, line->took);
    frame_put_left(frame, box, y, WHAT_AT, width - WHAT_AT, role, line->what);
}

/* The exits around the moment, with it in the middle, or as near to that as there are others. */
static void draw_lines(struct frame *frame, size_t box, const struct moment *moment, int y,
                       int rows, int width)
{
    const struct record_line head = {_("number"), _("began at"), _("exit"), _("took")};
    int count = (int)moment->line_count, here = (int)moment->here;

    if (rows < 2)
        return;
    draw_line(frame, box, y++, width, &head, ROLE_HEAD);
    rows--;
    int first = here - rows / 2;
    first = first + rows > count ? count - rows : first;
    first = first < 0 ? 0 : first;
    for (int i = first; i < count && i < first + rows; i++, y++) {
        draw_line(frame, box, y, width, &moment->lines[i], i > here ? ROLE_WEAK : ROLE_TEXT);
        if (i != here)
            continue;
        frame_role(frame, box, y, 0, width, ROLE_ROW_HERE);
        frame_put(frame, box, y, 0, ROLE_ROW_HERE, moment->held ? "=" : ">");
    }
}

void part_record(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view)
{
    const struct moment *moment = state->pages[view->page].moment;
    size_t box = frame_box(frame, place, ROLE_TEXT);
    int width = place.columns < COLUMNS_MAX ? place.columns : COLUMNS_MAX;
    int height = place.rows >= TALL ? 4 : place.rows >= TALL / 2 ? 2 : 1;
    char head[256];

    if (!moment || place.rows < 4 || width < 20)
        return;
    snprintf(head, sizeof head,
             moment->held ? _("held at exit %zu of %zu: arrows, PgUp, PgDn step; space goes on")
             : view->traced == TRACED_ENDED
                 ? _("exit %zu of %zu: the program has ended; [ ] step through the record")
             : view->traced == TRACED_RUNS
                 ? _("exit %zu of %zu: the program runs; space holds the record, x ends it")
                 : _("exit %zu of %zu; space holds it, [ ] step through the record"),
             moment->at, moment->count);
    frame_put_left(frame, box, 0, 0, width, moment->held ? ROLE_WARN : ROLE_HEAD, head);
    draw_density(frame, box, moment, 1, height, width);
    draw_axis(frame, box, moment, 1 + height, width);
    draw_lines(frame, box, moment, 2 + height, place.rows - 2 - height, width);
}
