/* SPDX-License-Identifier: MIT */
#include "tui/layout/frame.h"

#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/width.h"

bool frame_start(struct frame *frame, int rows, int columns)
{
    rows = rows < 1 ? 1 : rows > FRAME_SIDE_MAX ? FRAME_SIDE_MAX : rows;
    columns = columns < 1 ? 1 : columns > FRAME_SIDE_MAX ? FRAME_SIDE_MAX : columns;
    if (!frame->cells || rows != frame->rows || columns != frame->columns) {
        size_t count = (size_t)rows * (size_t)columns;
        struct frame_cell *cells = reallocarray(frame->cells, count, sizeof *cells);
        if (!cells)
            return false;
        frame->cells = cells;
    }
    struct frame_cell *cells = frame->cells;
    bool ascii = frame->ascii;
    *frame = (struct frame){.rows = rows,
                            .columns = columns,
                            .cells = cells,
                            .ascii = ascii,
                            .cursor_row = -1,
                            .cursor_column = -1};
    frame_box(frame, (struct area){0, 0, rows, columns}, ROLE_TEXT);
    return true;
}

void frame_free(struct frame *frame)
{
    free(frame->cells);
    *frame = (struct frame){0};
}

static struct frame_cell *cell_at(struct frame *frame, int row, int column)
{
    return &frame->cells[(size_t)row * (size_t)frame->columns + (size_t)column];
}

static void set_cell(struct frame *frame, size_t box, int row, int column, enum role role,
                     const char *text, size_t length)
{
    struct frame_cell *cell = cell_at(frame, row, column);

    *cell = (struct frame_cell){.role = (uint8_t)role, .box = (uint8_t)box};
    memcpy(cell->text, text, length);
}

/* Half of a wide character is none: what is left of one that is written over becomes a space. */
static void split_wide(struct frame *frame, int row, int column)
{
    if (column <= 0 || column >= frame->columns || *cell_at(frame, row, column)->text)
        return;
    strcpy(cell_at(frame, row, column - 1)->text, " ");
    strcpy(cell_at(frame, row, column)->text, " ");
}

size_t frame_box(struct frame *frame, struct area box, enum role role)
{
    if (box.row < 0)
        box.row = 0;
    if (box.column < 0)
        box.column = 0;
    if (box.rows > frame->rows - box.row)
        box.rows = frame->rows - box.row;
    if (box.columns > frame->columns - box.column)
        box.columns = frame->columns - box.column;
    if (box.rows < 0)
        box.rows = 0;
    if (box.columns < 0)
        box.columns = 0;
    size_t number = frame->box_count < FRAME_BOXES_MAX ? frame->box_count++ : FRAME_BOXES_MAX - 1;
    frame->boxes[number] = box;
    for (int row = 0; row < box.rows; row++) {
        if (number > 0 && box.columns > 0) {
            split_wide(frame, box.row + row, box.column);
            split_wide(frame, box.row + row, box.column + box.columns);
        }
        for (int column = 0; column < box.columns; column++)
            set_cell(frame, number, box.row + row, box.column + column, role, " ", 1);
    }
    return number;
}

/* The columns of the character at text, whose length in bytes becomes *size. */
static int step(const char *text, size_t *size)
{
    *size = text_utf8_length(text, strlen(text));
    if (*size == 0)
        *size = 1;
    return width_of_bytes(text, *size);
}

int frame_put(struct frame *frame, size_t number, int row, int column, enum role role,
              const char *text)
{
    const struct area *box = &frame->boxes[number];
    int start = column, previous = -1;
    size_t size;

    if (row < 0 || row >= box->rows || column < 0)
        return 0;
    for (; *text; text += size) {
        int width = step(text, &size), y = box->row + row, x = box->column + column;
        /* A mark stands over the character before it, if there is room for it. */
        if (width == 0) {
            struct frame_cell *cell = previous < 0 ? NULL : cell_at(frame, y, previous);
            if (cell && strlen(cell->text) + size < FRAME_TEXT_MAX)
                strncat(cell->text, text, size);
            continue;
        }
        if (column + width > box->columns)
            break;
        split_wide(frame, y, x);
        split_wide(frame, y, x + width);
        set_cell(frame, number, y, x, role, text, size);
        for (int i = 1; i < width; i++)
            set_cell(frame, number, y, x + i, role, "", 0);
        previous = x;
        column += width;
    }
    return column - start;
}

void frame_repeat(struct frame *frame, size_t box, int row, int column, int count, enum role role,
                  const char *character)
{
    for (int i = 0; i < count; i++)
        frame_put(frame, box, row, column + i, role, character);
}

/* As many bytes of text as stand in width columns. */
static size_t fitting(const char *text, int width, int *used)
{
    size_t at = 0, size;

    *used = 0;
    while (text[at]) {
        int columns = step(text + at, &size);
        if (*used + columns > width)
            break;
        *used += columns;
        at += size;
    }
    return at;
}

void frame_put_left(struct frame *frame, size_t box, int row, int column, int width, enum role role,
                    const char *text)
{
    char part[512];
    int used = 0;
    bool cut = width_of(text) > width;
    size_t length = fitting(text, cut ? width - 1 : width, &used);

    if (width <= 0)
        return;
    snprintf(part, sizeof part, "%.*s", (int)length, text);
    used = frame_put(frame, box, row, column, role, part);
    if (cut)
        used += frame_put(frame, box, row, column + used, role, frame->ascii ? "~" : "…");
    frame_repeat(frame, box, row, column + used, width - used, role, " ");
}

void frame_put_right(struct frame *frame, size_t box, int row, int column, int width,
                     enum role role, const char *text)
{
    int needed = width_of(text);

    if (needed >= width) {
        frame_put_left(frame, box, row, column, width, role, text);
        return;
    }
    frame_repeat(frame, box, row, column, width - needed, role, " ");
    frame_put(frame, box, row, column + width - needed, role, text);
}

int frame_put_wrapped(struct frame *frame, size_t box, int row, int skip, enum role role,
                      const char *text)
{
    int width = frame->boxes[box].columns, lines = 0;
    char part[1024];

    while (*text && width > 0) {
        size_t more, length = width_line(text, width, &more);
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        if (lines >= skip)
            frame_put(frame, box, row + lines - skip, 0, role, part);
        text += length + more;
        lines++;
    }
    return lines;
}

void frame_role(struct frame *frame, size_t number, int row, int column, int count, enum role role)
{
    const struct area *box = &frame->boxes[number];

    for (int i = column; row >= 0 && row < box->rows && i < column + count && i < box->columns; i++)
        if (i >= 0)
            cell_at(frame, box->row + row, box->column + i)->role = (uint8_t)role;
}

void frame_hit(struct frame *frame, size_t box, struct area place, enum hit_kind kind, size_t index)
{
    if (frame->hit_count == FRAME_HITS_MAX)
        return;
    place.row += frame->boxes[box].row;
    place.column += frame->boxes[box].column;
    frame->hits[frame->hit_count++] = (struct hit){place, kind, index};
}

const struct hit *frame_find_hit(const struct frame *frame, int row, int column, enum hit_kind kind)
{
    for (size_t i = 0; i < frame->hit_count; i++) {
        const struct area *box = &frame->hits[i].box;
        if (frame->hits[i].kind == kind && row >= box->row && row < box->row + box->rows &&
            column >= box->column && column < box->column + box->columns)
            return &frame->hits[i];
    }
    return NULL;
}

void frame_print(const struct frame *frame, FILE *out)
{
    for (int row = 0; row < frame->rows; row++) {
        const struct frame_cell *line = &frame->cells[(size_t)row * (size_t)frame->columns];
        int end = frame->columns;
        while (end > 0 && strcmp(line[end - 1].text, " ") == 0)
            end--;
        for (int column = 0; column < end; column++)
            fputs(line[column].text, out);
        fputc('\n', out);
    }
}
