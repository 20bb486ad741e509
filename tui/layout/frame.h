/* SPDX-License-Identifier: MIT */
/*
 * A picture of the screen as an array of cells: what the layout makes, and all that the terminal
 * has to know. Nothing here knows a terminal; the same state and size give the same frame.
 */
#ifndef VIRTLAB_TUI_FRAME_H
#define VIRTLAB_TUI_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What a cell is for; a theme (tui/screen/theme.h) says how that looks. */
enum role {
    ROLE_TEXT,
    ROLE_TITLE, /* the line at the top */
    ROLE_TAB,
    ROLE_TAB_HERE,
    ROLE_HEAD, /* of a column */
    ROLE_LABEL,
    ROLE_GOOD,
    ROLE_WARN,
    ROLE_BAD,
    ROLE_WEAK,
    ROLE_ROW_HERE,
    ROLE_CELL_HERE,
    ROLE_FOUND, /* what the search looks for */
    ROLE_AXIS,
    ROLE_BORDER,
    ROLE_PROMPT,
    ROLE_KEY,
    ROLE_KEY_TEXT,
    ROLE_SERIES, /* and the next ones: curves and bars, each with a letter too */
    ROLE_SERIES_LAST = ROLE_SERIES + 7,
    ROLES,
};

enum {
    FRAME_TEXT_MAX = 16, /* bytes: one character, and marks that stand over it */
    FRAME_SIDE_MAX = 1000,
    FRAME_HITS_MAX = 512,
    FRAME_BOXES_MAX = 64,
};

struct frame_cell {
    char text[FRAME_TEXT_MAX]; /* "": it belongs to the wide character at its left */
    uint8_t role;
    uint8_t box; /* the box that it was put by */
};

/* A rectangle of cells. */
struct area {
    int row, column, rows, columns;
};

/* Where the mouse means something. */
enum hit_kind { HIT_TAB, HIT_ROW, HIT_COLUMN, HIT_KEY, HIT_SWITCH };
struct hit {
    struct area box;
    enum hit_kind kind;
    size_t index;
};

struct frame {
    int rows, columns;
    bool ascii; /* no character beyond ASCII is to be drawn */
    struct frame_cell *cells;
    /* 0 is the whole frame; none overlaps another, but a popup. */
    struct area boxes[FRAME_BOXES_MAX];
    size_t box_count, popup; /* popup: the first box that lies over others; 0: there is none */
    struct hit hits[FRAME_HITS_MAX];
    size_t hit_count;
    size_t row_offset, column_offset; /* of the grid, as it is drawn */
    size_t rows_shown;                /* of the grid, for a page up and down */
    size_t popup_lines, popup_shown;  /* of the text in a popup: there are, and fit */
    size_t popup_hidden;              /* columns of its text that have no room, at most */
    int cursor_row, cursor_column;    /* where text is typed; negative: nowhere */
};

/* Make room for a frame of that size, empty; what *frame held is reused. false: no memory. */
bool frame_start(struct frame *frame, int rows, int columns);
void frame_free(struct frame *frame);

/* A new box: what is put into it stays in it. Its cells are emptied. Returns its number. */
size_t frame_box(struct frame *frame, struct area box, enum role role);

/*
 * Put a text at a place of a box, as much of it as fits. Returns the columns that it took. The text
 * is clean.
 */
int frame_put(struct frame *frame, size_t box, int row, int column, enum role role,
              const char *text);

/* In so many columns: filled up with spaces, or with its end cut off and marked; at the right. */
void frame_put_left(struct frame *frame, size_t box, int row, int column, int width, enum role role,
                    const char *text);
void frame_put_right(struct frame *frame, size_t box, int row, int column, int width,
                     enum role role, const char *text);

/* Over as many rows as it takes, from the skip-th line on; returns how many lines there are. */
int frame_put_wrapped(struct frame *frame, size_t box, int row, int skip, enum role role,
                      const char *text);

/* One character, count times. */
void frame_repeat(struct frame *frame, size_t box, int row, int column, int count, enum role role,
                  const char *character);

/* Give the cells of a row another role. */
void frame_role(struct frame *frame, size_t box, int row, int column, int count, enum role role);

void frame_hit(struct frame *frame, size_t box, struct area place, enum hit_kind kind,
               size_t index);

/* NULL: there is none of that kind there. */
const struct hit *frame_find_hit(const struct frame *frame, int row, int column,
                                 enum hit_kind kind);

/* The cells as lines of text, without roles, no spaces at the ends of lines. */
void frame_print(const struct frame *frame, FILE *out);

#endif
