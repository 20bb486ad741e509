/* SPDX-License-Identifier: MIT */
/*
 * Frames on a terminal, and what is typed there. The only room that knows ncurses; only what
 * differs from the frame before is given to it.
 */
#ifndef VIRTLAB_TUI_SCREEN_H
#define VIRTLAB_TUI_SCREEN_H

#include <stdbool.h>

#include "common/error.h"
#include "tui/layout/frame.h"
#include "tui/layout/theme_names.h"

struct screen_wish {
    enum theme theme;
    bool mouse;
};

/*
 * Take the terminal over. From here on a crash restores it too. Errors: standard input or output is
 * no terminal, or one that nothing is known of.
 */
int screen_open(const struct screen_wish *wish, struct error *error);

/* Give it back as it was; may be called at any time, and twice. */
void screen_close(void);

void screen_size(int *rows, int *columns);

/* Draw. false: no memory to remember it. */
bool screen_draw(const struct frame *frame);

/* The window has another size, or somebody else has written on it: the next frame is drawn whole.
 */
void screen_resized(void);
void screen_forget(void);

void screen_theme(enum theme theme);

/* Give the terminal back until screen_resume(): another is to use it. */
void screen_suspend(void);
void screen_resume(void);

struct screen_event {
    int key; /* as enum key has it; 0: a click, or the wheel: then row and column */
    int row, column;
};

/* The next key or click that is there; false: none. */
bool screen_next(struct screen_event *event);

#endif
