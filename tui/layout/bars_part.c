/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/parts.h"

enum { LABEL_MAX = 24, VALUE_WIDTH = 31, LOG_FROM = 20 };

enum role part_series_role(size_t number)
{
    return (enum role)(ROLE_SERIES + number % (ROLE_SERIES_LAST - ROLE_SERIES + 1));
}

char part_series_letter(size_t number)
{
    return (char)('A' + number % 26);
}

void part_title(char *line, size_t size, const char *title)
{
    snprintf(line, size, "%s", title);
    for (char *end = line; (end = strchr(end, '\n'));)
        *end = ' ';
}

/* The largest unit that the value is at least one of. */
static double find_unit(const char *unit, double value, const char **name)
{
    static const struct {
        const char *unit, *name;
        double size;
    } steps[] = {
        {"ns",    "ns",  1     },
        {"ns",    "µs", 1e3   },
        {"ns",    "ms",  1e6   },
        {"ns",    "s",   1e9   },
        {"bytes", "B",   1     },
        {"bytes", "KiB", 1024  },
        {"bytes", "MiB", 0x1p20},
        {"bytes", "GiB", 0x1p30},
    };
    double size = 1;

    *name = "";
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        if (strcmp(steps[i].unit, unit) == 0 && (value >= steps[i].size || !**name)) {
            size = steps[i].size;
            *name = steps[i].name;
        }
    }
    return size;
}

static int decimals(double value)
{
    if (value >= 99.5 || value == floor(value))
        return 0;
    return value >= 9.95 ? 1 : 2;
}

void part_number(const struct frame *frame, char *text, size_t size, const char *unit, double value)
{
    const char *name;
    double scaled = value / find_unit(unit, value, &name);

    if (frame->ascii && strcmp(name, "µs") == 0)
        name = "us";
    snprintf(text, size, "%.*f%s%s", decimals(scaled), scaled, *name ? " " : "", name);
}

void part_interval(char *text, size_t size, const char *unit, double low, double high)
{
    const char *name;
    double divisor = find_unit(unit, high, &name);

    low /= divisor;
    high /= divisor;
    snprintf(text, size, "[%.*f-%.*f]", decimals(low), low, decimals(high), high);
}

/* Where a value lies on an axis of so many columns. */
struct scale {
    double low, high;
    bool is_log;
};

static double place_on(const struct scale *scale, double value, int width)
{
    if (value <= 0 || scale->high <= 0)
        return 0;
    if (!scale->is_log)
        return value / scale->high * width;
    double span = log(scale->high) - log(scale->low);
    return span > 0 ? (log(value) - log(scale->low)) / span * width : width;
}

static struct scale find_scale(const struct row *row, size_t columns)
{
    struct scale scale = {0};

    for (size_t i = 1; i < columns; i++) {
        const struct cell *cell = &row->cells[i];
        if (!cell->has_number || cell->number <= 0)
            continue;
        if (scale.low == 0 || cell->number < scale.low)
            scale.low = cell->number;
        if (cell->high > scale.high)
            scale.high = cell->high;
        if (cell->number > scale.high)
            scale.high = cell->number;
    }
    scale.is_log = scale.low > 0 && scale.high / scale.low > LOG_FROM;
    scale.low /= 3; /* so that the shortest bar of a logarithmic axis can be seen */
    return scale;
}

static void draw_bar(struct frame *frame, size_t box, int y, int x, int width,
                     const struct cell *cell, const struct scale *scale, size_t number)
{
    static const char *const eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
    double end = place_on(scale, cell->number, width);
    int full = (int)end;
    enum role role = part_series_role(number);

    frame_repeat(frame, box, y, x, full, role, frame->ascii ? "#" : "█");
    int part = (int)((end - full) * 8);
    if (!frame->ascii && part > 0)
        frame_put(frame, box, y, x + full, role, eighths[part]);
    if (!cell->has_interval)
        return;
    /* The interval lies over the bar's end, as a line between two marks. */
    int low = (int)place_on(scale, cell->low, width),
        high = (int)place_on(scale, cell->high, width);
    if (high >= width)
        high = width - 1;
    if (high - low < 2)
        return;
    frame_put(frame, box, y, x + low, role, frame->ascii ? "[" : "├");
    frame_repeat(frame, box, y, x + low + 1, high - low - 1, role, frame->ascii ? "-" : "─");
    frame_put(frame, box, y, x + high, role, frame->ascii ? "]" : "┤");
}

static void draw_value(struct frame *frame, size_t box, int y, int x, int width,
                       const struct row *row, const struct cell *cell)
{
    char text[160];
    int used = frame_put(frame, box, y, x, ROLE_TEXT, cell->text);

    if (cell->has_number && cell->has_interval) {
        part_interval(text, sizeof text, row->unit, cell->low, cell->high);
        if (used + 1 + width_of(text) <= width)
            used += 1 + frame_put(frame, box, y, x + used + 1, ROLE_WEAK, text);
    }
    if (cell->other && used + 2 + width_of(cell->other) <= width)
        frame_put(frame, box, y, x + width - width_of(cell->other), ROLE_TEXT, cell->other);
}

void part_bars(struct frame *frame, struct area place, const struct state *state,
               const struct view *view)
{
    const struct grid *grid = &state->pages[view->page].grid;
    const struct row *row = view_row(view, state);
    size_t box = frame_box(frame, place, ROLE_TEXT);
    char title[256], head[512];
    int label = 0, y = 1, values = VALUE_WIDTH;

    if (!row || place.rows < 2)
        return;
    for (size_t i = 1; i < grid->column_count; i++) {
        part_title(title, sizeof title, grid->columns[i].title);
        label = width_of(title) > label ? width_of(title) : label;
    }
    label = label > LABEL_MAX ? LABEL_MAX : label;
    if (place.columns > 110)
        values += 14;
    struct scale scale = find_scale(row, grid->column_count);
    int width = place.columns - 2 - label - 1 - values - 2;
    snprintf(head, sizeof head, "%s%s", row->cells[0].text,
             scale.is_log && width > 0 ? _(" (logarithmic bars)") : "");
    frame_put_left(frame, box, 0, 0, place.columns, ROLE_HEAD, head);
    for (size_t i = 1; i < grid->column_count && y < place.rows; i++, y++) {
        const struct cell *cell = &row->cells[i];
        part_title(title, sizeof title, grid->columns[i].title);
        frame_put_left(frame, box, y, 2, label, ROLE_LABEL, title);
        if (cell->has_number && width > 0)
            draw_bar(frame, box, y, 2 + label + 1, width, cell, &scale, i - 1);
        draw_value(frame, box, y, place.columns - values, values, row, cell);
    }
}
