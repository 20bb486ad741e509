/* SPDX-License-Identifier: MIT */
/*
 * How a state is looked at: which screen, where the cursor is, what is typed. Keys and clicks
 * change it, and what they ask of the program around it comes out as a request; so all of that can
 * be tested without a terminal.
 */
#ifndef VIRTLAB_TUI_VIEW_H
#define VIRTLAB_TUI_VIEW_H

#include "tui/layout/frame.h"
#include "tui/layout/keys.h"
#include "tui/model/neighbours_live.h"
#include "tui/model/progress_file.h"
#include "tui/model/state.h"

enum { VIEW_TEXT_MAX = 256, VIEW_ROWS_MAX = 4096 };

enum popup {
    POPUP_NONE,
    POPUP_HELP,
    POPUP_EXPLAIN, /* the cell under the cursor */
    POPUP_OUTPUT,  /* what a command printed */
    POPUP_LEAVE,   /* whether to stop the run */
};

enum traced_state { TRACED_NONE, TRACED_RUNS, TRACED_ENDED };

enum prompt { PROMPT_NONE, PROMPT_COMMAND, PROMPT_SEARCH, PROMPT_FILTER };

struct page_view {
    size_t row;    /* of those shown, in their order */
    size_t column; /* of the grid, from 1: the first one names the rows */
    size_t row_offset, column_offset;
    bool moved;  /* the cursor, by somebody: else it stands on what is most telling */
    size_t sort; /* the column that is sorted by; 0: none */
    bool descending;
    char filter[VIEW_TEXT_MAX];
};

struct view {
    size_t page;
    struct page_view pages[PAGES_MAX];
    enum popup popup;
    size_t popup_scroll, popup_column; /* what of its text is not seen above, and at the left */
    size_t rows_shown, popup_shown;    /* as drawn last: what a page up and down goes by */
    enum prompt prompt;
    char input[VIEW_TEXT_MAX]; /* what is typed */
    char completing[VIEW_TEXT_MAX];
    size_t completion; /* how often Tab was struck on it; 0: not */
    char search[VIEW_TEXT_MAX];
    size_t search_from; /* the row at which its text was begun */
    bool ratios;
    bool still; /* a picture to be printed: no cursor, no keys */
    char message[VIEW_TEXT_MAX];
    char marks[2][VIEW_TEXT_MAX]; /* runs, in Results */
    const char *output;           /* for POPUP_OUTPUT: clean lines, ended by \n */
    const char *output_title;
    const struct neighbours *neighbours; /* live; NULL: it is not on */
    enum traced_state traced;            /* the machine whose exits are shown, if we started it */
    size_t neighbour;                    /* the box under the cursor; behind the last, the limits */
    struct run_progress run;
    bool stopped; /* the run that is shown, from here */
    bool replay, paused;
    double speed;
};

/* What the program around the view is to do. */
struct request {
    enum action action;
    char argument[VIEW_TEXT_MAX];
};

void view_start(struct view *view);

/* The rows of the page that are shown, filtered and sorted, into order; returns how many. */
size_t view_rows(const struct view *view, const struct state *state, size_t order[VIEW_ROWS_MAX]);

/* Whether one of its cells has the text, in small letters or large ones. */
bool view_row_has(const struct grid *grid, const struct row *row, const char *text);

/* The row under the cursor; NULL: there is none. */
const struct row *view_row(const struct view *view, const struct state *state);
const struct cell *view_cell(const struct view *view, const struct state *state);

/* A key was struck, or a place clicked. request->action is ACTION_NONE where nothing is asked. */
void view_key(struct view *view, const struct state *state, int key, struct request *request);
void view_click(struct view *view, const struct state *state, const struct frame *frame, int row,
                int column, struct request *request);

/* A key of the line that is typed: a character, one to delete, Tab; Return and Escape are not its.
 */
void view_type(struct view *view, int key);

/* view_move.c: an action that moves the cursor among so many rows and columns, or a popup's text.
 */
void view_move(struct view *view, enum action action, size_t count, size_t columns);
void view_scroll(struct view *view, enum action action);

/* view_neighbours.c: whether live neighbours are on the screen, and what an action does then. */
bool view_neighbours_shown(const struct view *view);
bool view_neighbours_act(struct view *view, enum action action, struct request *request);

/* A command line, as typed behind `:`. */
void view_command(struct view *view, const struct state *state, const char *line,
                  struct request *request);

/* After a frame was drawn, or another state came: keep the cursor inside, and offsets as drawn. */
void view_settle(struct view *view, const struct state *state, const struct frame *frame);

/* Say something in the line above the keys. */
void view_say(struct view *view, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
