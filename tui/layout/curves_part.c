/* SPDX-License-Identifier: MIT */
/*
 * Empirical distributions: for each time, the share of starts that took no longer. Time is
 * logarithmic, since boxes differ a thousandfold.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/dots.h"
#include "tui/layout/parts.h"

enum { AXIS_WIDTH = 6 };

struct plot {
    struct frame *frame;
    size_t box;
    int x, y, width, height; /* of the area, in characters */
    double low, high;        /* the times at its edges */
    struct dots dots;
};

static bool find_range(struct plot *plot, const struct row *row, size_t columns)
{
    for (size_t i = 1; i < columns; i++) {
        const struct curve *curve = row->cells[i].curve;
        if (!curve || curve->count == 0 || curve->points[0] <= 0)
            continue;
        if (plot->low == 0 || curve->points[0] < plot->low)
            plot->low = curve->points[0];
        if (curve->points[curve->count - 1] > plot->high)
            plot->high = curve->points[curve->count - 1];
    }
    plot->low *= 0.9;
    plot->high *= 1.1;
    return plot->low > 0;
}

static double time_at(const struct plot *plot, double share_of_width)
{
    return plot->low * pow(plot->high / plot->low, share_of_width);
}

/* The share of values that are at most `time`. */
static double share_at(const struct curve *curve, double time)
{
    size_t low = 0, high = curve->count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (curve->points[middle] <= time)
            low = middle + 1;
        else
            high = middle;
    }
    return (double)low / (double)curve->count;
}

static void trace(struct plot *plot, const struct curve *curve, size_t series)
{
    int dots_wide = 2 * plot->width, dots_high = 4 * plot->height, before = dots_high - 1;

    for (int x = 0; x < dots_wide; x++) {
        double share = share_at(curve, time_at(plot, (x + 0.5) / dots_wide));
        int y = (int)((1 - share) * (dots_high - 1) + 0.5);
        /* The floor before a curve starts and the ceiling behind its end are not drawn. */
        bool inside = share > 0 && !(share >= 1 && before == y);
        for (int i = y; inside && i <= before; i++)
            dots_set(&plot->dots, x, i, series);
        before = y;
    }
}

/* Its letter, where the curve is at one half. */
static void put_letter(const struct plot *plot, const struct curve *curve, size_t series)
{
    double median = curve->points[curve->count / 2];
    double share = log(median / plot->low) / log(plot->high / plot->low);
    int column = (int)(share * plot->width);
    char letter[2] = {part_series_letter(series), '\0'};

    if (column >= plot->width)
        column = plot->width - 1;
    frame_put(plot->frame, plot->box, plot->y + plot->height / 2, plot->x + column,
              part_series_role(series), letter);
}

static void draw_axes(const struct plot *plot, const char *unit)
{
    struct frame *frame = plot->frame;
    int bottom = plot->y + plot->height, free_from = 0;
    char text[32];

    frame_put_right(frame, plot->box, plot->y, 0, AXIS_WIDTH - 1, ROLE_AXIS, "100 %");
    frame_put_right(frame, plot->box, plot->y + plot->height / 2, 0, AXIS_WIDTH - 1, ROLE_AXIS,
                    "50 %");
    for (int row = 0; row < plot->height; row++)
        frame_put(frame, plot->box, plot->y + row, AXIS_WIDTH - 1, ROLE_AXIS,
                  frame->ascii ? "|" : "│");
    /* A tick at 1, 2 and 5 of each power of ten, where there is room for its number. */
    for (double power = pow(10, floor(log10(plot->low))); power < plot->high; power *= 10) {
        for (int i = 0; i < 3; i++) {
            double tick = power * (double[]){1, 2, 5}[i];
            if (tick < plot->low || tick > plot->high)
                continue;
            int at = (int)(log(tick / plot->low) / log(plot->high / plot->low) * plot->width);
            part_number(frame, text, sizeof text, unit, tick);
            if (at < free_from || at + width_of(text) > plot->width)
                continue;
            frame_put(frame, plot->box, bottom, plot->x + at, ROLE_AXIS, text);
            free_from = at + width_of(text) + 2;
        }
    }
}

static void draw_legend(const struct plot *plot, const struct grid *grid, const struct row *row,
                        int width)
{
    int at = 0, y = plot->y + plot->height + 1;
    char title[256], entry[300];

    for (size_t i = 1; i < grid->column_count; i++) {
        if (!row->cells[i].curve)
            continue;
        part_title(title, sizeof title, grid->columns[i].title);
        snprintf(entry, sizeof entry, "%c %s", part_series_letter(i - 1), title);
        if (at > 0 && at + width_of(entry) > width) {
            at = 0;
            y++;
        }
        frame_put(plot->frame, plot->box, y, at, part_series_role(i - 1), entry);
        at += width_of(entry) + 2;
    }
}

static int legend_lines(const struct grid *grid, const struct row *row, int width)
{
    int at = 0, lines = 1;
    char title[256];

    for (size_t i = 1; i < grid->column_count; i++) {
        if (!row->cells[i].curve)
            continue;
        part_title(title, sizeof title, grid->columns[i].title);
        if (at > 0 && at + 2 + width_of(title) > width) {
            at = 0;
            lines++;
        }
        at += 4 + width_of(title);
    }
    return lines;
}

void part_curves(struct frame *frame, struct area place, const struct state *state,
                 const struct view *view)
{
    const struct grid *grid = &state->pages[view->page].grid;
    const struct row *row = view_row(view, state);
    size_t box = frame_box(frame, place, ROLE_TEXT);
    struct plot plot = {.frame = frame, .box = box, .x = AXIS_WIDTH, .y = 1};
    char head[512];

    if (!row || place.rows < 5 || place.columns < 24)
        return;
    plot.width = place.columns - AXIS_WIDTH;
    plot.height = place.rows - 2 - legend_lines(grid, row, place.columns);
    plot.width = plot.width > DOTS_COLUMNS_MAX ? DOTS_COLUMNS_MAX : plot.width;
    plot.height = plot.height > DOTS_ROWS_MAX ? DOTS_ROWS_MAX : plot.height;
    plot.dots.width = plot.width;
    plot.dots.height = plot.height;
    if (plot.height < 2 || !find_range(&plot, row, grid->column_count))
        return;
    snprintf(head, sizeof head, _("share of starts, %s"), row->cells[0].text);
    frame_put_left(frame, box, 0, 0, place.columns, ROLE_HEAD, head);
    for (size_t i = 1; i < grid->column_count; i++)
        if (row->cells[i].curve && row->cells[i].curve->points[0] > 0)
            trace(&plot, row->cells[i].curve, i - 1);
    draw_axes(&plot, row->unit);
    dots_put(&plot.dots, frame, box, plot.y, plot.x);
    for (size_t i = 1; i < grid->column_count; i++)
        if (row->cells[i].curve && row->cells[i].curve->points[0] > 0)
            put_letter(&plot, row->cells[i].curve, i - 1);
    draw_legend(&plot, grid, row, place.columns);
}
