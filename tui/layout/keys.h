/* SPDX-License-Identifier: MIT */
/*
 * What can be done, as one table: the keys that do it, its name on the `:` command line, and what
 * help says of it. A key that is not in here does nothing.
 */
#ifndef VIRTLAB_TUI_KEYS_H
#define VIRTLAB_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Keys: characters as themselves, the others by these numbers, which are no characters. */
enum key {
    KEY_NONE_AT_ALL = 0,
    KEY_TABULATOR = '\t',
    KEY_RETURN = '\n',
    KEY_ESCAPE = 27,
    KEY_DELETE_BACK = 127,
    KEY_ABOVE_CHARACTERS = 0x110000,
    KEY_ARROW_UP,
    KEY_ARROW_DOWN,
    KEY_ARROW_LEFT,
    KEY_ARROW_RIGHT,
    KEY_PAGE_UP,
    KEY_PAGE_DOWN,
    KEY_TO_TOP,
    KEY_TO_END,
    KEY_BACK_TAB,
    KEY_INSERT,
    KEY_FUNCTION, /* + N is FN */
    KEY_FUNCTION_LAST = KEY_FUNCTION + 12,
};

enum action {
    ACTION_NONE,
    ACTION_UP,
    ACTION_DOWN,
    ACTION_LEFT,
    ACTION_RIGHT,
    ACTION_PAGE_UP,
    ACTION_PAGE_DOWN,
    ACTION_TOP,
    ACTION_END,
    ACTION_NEXT_SCREEN,
    ACTION_PREVIOUS_SCREEN,
    ACTION_SCREEN, /* the argument is its name or number */
    ACTION_ENTER,
    ACTION_HELP,
    ACTION_SEARCH,
    ACTION_SEARCH_NEXT,
    ACTION_FILTER,
    ACTION_SORT,
    ACTION_RATIOS,
    ACTION_COMMAND,
    ACTION_REDRAW,
    /* Those below are not for the view but for the program around it. */
    ACTION_OUTSIDE,
    ACTION_RUN = ACTION_OUTSIDE,
    ACTION_PAUSE,
    ACTION_STOP,
    ACTION_EXPORT,
    ACTION_PLOT,
    ACTION_PLOT_TEXT, /* its second half, where there are no windows */
    ACTION_OPEN,
    ACTION_MARK,
    ACTION_DIFF,
    ACTION_THEME,
    ACTION_LIVE,     /* the argument is on, off or empty: the other */
    ACTION_TICK,     /* the box under the cursor, while neighbours are live */
    ACTION_START,    /* the argument is an antagonist */
    ACTION_LIMITS,   /* as ACTION_LIVE */
    ACTION_TRACE,    /* the argument is a program, and what it is given */
    ACTION_TIMELINE, /* the argument is a file */
    ACTION_STEP_BACK,
    ACTION_STEP_ON,
    ACTION_LEAP_BACK,
    ACTION_LEAP_ON,
    ACTION_TO_START, /* of a record */
    ACTION_TO_END,
    ACTION_QUIT,
    ACTION_LEAVE_RUNNING, /* the answers to the question whether to stop the run */
    ACTION_LEAVE_STOPPED,
};

enum { BINDING_KEYS_MAX = 4 };

struct binding {
    enum action action;
    int keys[BINDING_KEYS_MAX];
    const char *shown;    /* the keys, for help */
    const char *command;  /* its name behind `:`; NULL: it is for keys alone */
    const char *argument; /* what the command takes; NULL: nothing */
    const char *label;    /* N_(): in the line at the bottom, by the first key; NULL: not there */
    const char *help;     /* N_() */
};

extern const struct binding bindings[];
extern const size_t bindings_count;

/*
 * What the line at the bottom shows, from left to right, with its label, translated; NULL: no more.
 * While neighbours are live, that line has what there is to do with them.
 */
const struct binding *binding_at_bottom(size_t number, bool neighbours, const char **label);

/* NULL: it does nothing. */
const struct binding *binding_of_key(int key);

/* The binding of a command's name, which may be cut short where only one starts so; NULL. */
const struct binding *binding_of_command(const char *name, size_t length);

/*
 * What a command line could go on with: the whole of the line that the number-th completion makes,
 * into completed. Returns false when there is no such completion.
 */
bool binding_complete(const char *line, size_t number, char *completed, size_t size);

#endif
