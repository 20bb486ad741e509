/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "common/width.h"
#include "tui/layout/parts.h"

enum { LABEL_MIN = 10, GAP = 2, BAR_MIN = 6, HEAD_MAX = 4, MOVING_MIN = 14 };

/* How the columns lie: where each starts and how wide it is; those not shown have no width. */
struct columns {
    int at[GRID_COLUMNS_MAX], width[GRID_COLUMNS_MAX];
    size_t fixed; /* so many behind the names are always shown */
    size_t first; /* the first that is shown behind those */
};

static const char *text_of(const struct cell *cell, bool ratios)
{
    return ratios && cell->other ? cell->other : cell->text;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The next line of a title that stands in so many columns; *title moves on behind it. */
static void title_line(const char **title, int width, char *line, size_t size)
{
    char whole[256];
    size_t length = strcspn(*title, "\n"), skip;

    snprintf(whole, sizeof whole, "%.*s", (int)length, *title);
    size_t used = width_line(whole, width, &skip);
    snprintf(line, size, "%.*s", (int)used, whole);
    *title += used + skip;
    if (used + skip >= length && **title == '\n')
        (*title)++;
}

static int title_lines(const char *title, int width)
{
    char line[256];
    int lines = 0;

    for (; *title && lines < HEAD_MAX; lines++)
        title_line(&title, width, line, sizeof line);
    return lines;
}

/* The longest line of a title, or its longest word. */
static int title_width(const char *title, const char *ends)
{
    int width = 0;

    for (size_t length; *title; title += length + (title[length] != '\0')) {
        length = strcspn(title, ends);
        width = larger(width, width_of_bytes(title, length));
    }
    return width;
}

/* What the cells of a column are as wide as. */
static int cells_width(const struct grid *grid, const struct view *view, size_t column)
{
    int width = 0;

    for (size_t i = 0; i < grid->row_count; i++) {
        const struct row *row = grid->rows[i];
        const struct cell *cell = &row->cells[column];
        int needed = width_of(text_of(cell, view->ratios));
        if (column == 0)
            needed += 2 * (int)row->indent;
        if (cell->share >= 0)
            needed += 1 + BAR_MIN;
        width = larger(width, needed);
    }
    return width;
}

/*
 * How wide each column is to be: as its widest cell and title; where that is more than there is,
 * titles are broken between words.
 */
static void find_widths(int *natural, const struct grid *grid, const struct view *view, int width)
{
    int least[GRID_COLUMNS_MAX], sum = 0;

    for (size_t i = 0; i < grid->column_count; i++) {
        int cells = cells_width(grid, view, i);
        least[i] = larger(cells, title_width(grid->columns[i].title, "\n "));
        natural[i] = larger(cells, title_width(grid->columns[i].title, "\n"));
        sum += natural[i] + GAP;
    }
    for (bool shrunk = true; sum > width && shrunk;) {
        size_t widest = 0;
        shrunk = false;
        for (size_t i = 1; i < grid->column_count; i++) {
            if (natural[i] > least[i] && (!shrunk || natural[i] > natural[widest])) {
                widest = i;
                shrunk = true;
            }
        }
        natural[widest] -= shrunk;
        sum -= shrunk;
    }
}

/* Those that stay, as long as they leave room for others. */
static size_t count_fixed(const struct grid *grid, const int *natural, int at, int width)
{
    size_t count = 0;

    while (count + 1 < grid->column_count && grid->columns[count + 1].fixed) {
        at += natural[count + 1] + GAP;
        if (at > width - MOVING_MIN)
            break;
        count++;
    }
    return count;
}

/*
 * The names first, and as many columns as fit, so that the one under the cursor is among them. What
 * is over goes to a last column of text, or of bars.
 */
static void lay_columns(struct columns *columns, const struct grid *grid, const struct view *view,
                        int width)
{
    const struct page_view *page = &view->pages[view->page];
    int natural[GRID_COLUMNS_MAX] = {0}, label, at;

    find_widths(natural, grid, view, width);
    label = natural[0];
    if (grid->column_count > 1 && label > larger(LABEL_MIN, width * 2 / 5))
        label = larger(LABEL_MIN, width * 2 / 5);
    if (grid->column_count == 1 || label > width - 2)
        label = width - 2;
    *columns = (struct columns){.fixed = count_fixed(grid, natural, 2 + label + GAP, width)};
    columns->first = columns->fixed + 1;
    if (page->column_offset > columns->first)
        columns->first = page->column_offset;
    columns->at[0] = 2;
    columns->width[0] = label;
    if (page->column < columns->first && page->column > columns->fixed)
        columns->first = page->column;
    for (;;) {
        size_t i = columns->first;
        memset(columns->width + 1, 0, sizeof columns->width - sizeof columns->width[0]);
        at = 2 + label + GAP;
        for (size_t j = 1; j <= columns->fixed; j++) {
            columns->at[j] = at;
            columns->width[j] = natural[j];
            at += natural[j] + GAP;
        }
        for (; i < grid->column_count && at < width; i++) {
            bool last = i + 1 == grid->column_count;
            int wanted = natural[i];
            /* Only a last column of words may be cut short. */
            if (at + wanted > width && !(last && !grid->columns[i].right && i == columns->first))
                if (!(last && !grid->columns[i].right && width - at >= 20))
                    break;
            columns->at[i] = at;
            columns->width[i] =
                at + wanted > width || (last && !grid->columns[i].right) ? width - at : wanted;
            at += wanted + GAP;
        }
        if (i > page->column || columns->first >= page->column)
            return;
        columns->first++;
    }
}

static int head_lines(const struct grid *grid, const struct columns *columns)
{
    int lines = 0;

    for (size_t i = 0; i < grid->column_count; i++)
        if (columns->width[i] > 0)
            lines = larger(lines, title_lines(grid->columns[i].title, columns->width[i]));
    return lines;
}

int part_grid_head(const struct grid *grid, const struct view *view, int width)
{
    struct columns columns;

    if (grid->column_count == 0)
        return 0;
    lay_columns(&columns, grid, view, width);
    return head_lines(grid, &columns);
}

static void draw_head(struct frame *frame, size_t box, const struct grid *grid,
                      const struct columns *columns, const struct view *view)
{
    const struct page_view *page = &view->pages[view->page];

    for (size_t i = 0; i < grid->column_count; i++) {
        const char *title = grid->columns[i].title;
        char line[256];
        if (columns->width[i] == 0)
            continue;
        for (int y = 0; *title && y < HEAD_MAX; y++) {
            title_line(&title, columns->width[i], line, sizeof line);
            if (grid->columns[i].right)
                frame_put_right(frame, box, y, columns->at[i], columns->width[i], ROLE_HEAD, line);
            else
                frame_put_left(frame, box, y, columns->at[i], columns->width[i], ROLE_HEAD, line);
        }
        if (page->sort == i + 1)
            frame_put(frame, box, 0, columns->at[i] - 1, ROLE_HEAD, page->descending ? "v" : "^");
        frame_hit(
            frame, box,
            (struct area){0, columns->at[i] - 1, frame->boxes[box].rows, columns->width[i] + GAP},
            HIT_COLUMN, i);
    }
    if (columns->first > columns->fixed + 1)
        frame_put(frame, box, 0, columns->at[columns->first] - 2, ROLE_HEAD, "<");
    if (columns->width[grid->column_count - 1] == 0)
        frame_put(frame, box, 0, frame->boxes[box].columns - 1, ROLE_HEAD, ">");
}

static enum role role_of_tone(enum table_tone tone)
{
    static const enum role roles[] = {
        [TONE_PLAIN] = ROLE_TEXT, [TONE_GOOD] = ROLE_GOOD, [TONE_WARN] = ROLE_WARN,
        [TONE_BAD] = ROLE_BAD,    [TONE_WEAK] = ROLE_WEAK,
    };
    return roles[tone];
}

static void draw_share(struct frame *frame, size_t box, int y, int x, int width, double share)
{
    int full = (int)(share * width + 0.5);

    frame_repeat(frame, box, y, x, full, ROLE_SERIES, frame->ascii ? "#" : "█");
}

/* What the search looks for, where it is in a cell whose text starts at column x. */
static void mark_found(struct frame *frame, size_t box, int y, int x, int room, const char *text,
                       const char *wanted)
{
    const char *found = *wanted ? strcasestr(text, wanted) : NULL;

    if (!found)
        return;
    int from = width_of_bytes(text, (size_t)(found - text));
    int width = width_of_bytes(found, strlen(wanted));
    if (from + width <= room)
        frame_role(frame, box, y, x + from, width, ROLE_FOUND);
}

static bool is_marked(const struct view *view, const struct row *row)
{
    return row->value && *row->value &&
           (strcmp(row->value, view->marks[0]) == 0 || strcmp(row->value, view->marks[1]) == 0);
}

static void draw_row(struct frame *frame, size_t box, int y, const struct grid *grid,
                     const struct columns *columns, const struct row *row, const struct view *view,
                     bool here)
{
    const struct page_view *page = &view->pages[view->page];
    int width = frame->boxes[box].columns;

    for (size_t i = 0; i < grid->column_count; i++) {
        const struct cell *cell = &row->cells[i];
        int at = columns->at[i], room = columns->width[i];
        if (room == 0)
            continue;
        int indent = i == 0 ? 2 * (int)row->indent : 0;
        const char *text = text_of(cell, view->ratios);
        enum role role = i == 0 ? ROLE_LABEL : role_of_tone(cell->tone);
        if (grid->columns[i].right && i > 0)
            frame_put_right(frame, box, y, at, room, role, text);
        else
            frame_put_left(frame, box, y, at + indent, room - indent, role, text);
        if (!here || view->still)
            mark_found(frame, box, y,
                       grid->columns[i].right && i > 0 ? at + room - width_of(text) : at + indent,
                       room - indent, text, view->search);
        if (cell->share >= 0) {
            int used = width_of(text) + 1;
            draw_share(frame, box, y, at + used, room - used, cell->share);
        }
    }
    if (is_marked(view, row))
        frame_put(frame, box, y, 1, ROLE_WARN, "*");
    if (!here || view->still)
        return;
    frame_role(frame, box, y, 0, width, ROLE_ROW_HERE);
    frame_put(frame, box, y, 0, ROLE_ROW_HERE, ">");
    if (page->column < grid->column_count && columns->width[page->column] > 0)
        frame_role(frame, box, y, columns->at[page->column] - 1, columns->width[page->column] + 2,
                   ROLE_CELL_HERE);
}

/* The first row shown: as before if the cursor is in sight, else moved no farther than needed. */
static size_t find_offset(const struct page_view *page, size_t count, size_t shown)
{
    size_t offset = page->row_offset;

    if (offset + shown > count)
        offset = count > shown ? count - shown : 0;
    if (page->row < offset)
        offset = page->row;
    if (shown > 0 && page->row >= offset + shown)
        offset = page->row - shown + 1;
    return offset;
}

void part_grid(struct frame *frame, struct area place, const struct state *state,
               const struct view *view)
{
    const struct grid *grid = &state->pages[view->page].grid;
    size_t order[VIEW_ROWS_MAX], count = view_rows(view, state, order);
    struct columns columns;

    size_t box = frame_box(frame, place, ROLE_TEXT);
    if (grid->column_count == 0)
        return;
    lay_columns(&columns, grid, view, place.columns);
    int head = head_lines(grid, &columns);
    if (place.rows <= head)
        return;
    draw_head(frame, box, grid, &columns, view);
    size_t shown = (size_t)(place.rows - head);
    size_t offset = find_offset(&view->pages[view->page], count, shown);
    for (size_t i = 0; i < shown && offset + i < count; i++) {
        int y = head + (int)i;
        draw_row(frame, box, y, grid, &columns, grid->rows[order[offset + i]], view,
                 offset + i == view->pages[view->page].row);
        frame_hit(frame, box, (struct area){y, 0, 1, place.columns}, HIT_ROW, offset + i);
    }
    frame->row_offset = offset;
    frame->column_offset = columns.first;
    frame->rows_shown = shown;
}
