/* SPDX-License-Identifier: MIT */
/*
 * The live side of the screen of neighbours: `virtlab live` is started as a child, told what to
 * start and stop, and what it says is kept. It measures, in processes of its own; we draw. It ends
 * with us, whatever ends us: when nobody holds the other end of its input any more.
 */
#ifndef VIRTLAB_TUI_NEIGHBOURS_SCREEN_H
#define VIRTLAB_TUI_NEIGHBOURS_SCREEN_H

#include "tui/layout/view.h"
#include "tui/model/neighbours_live.h"

struct neighbours_screen {
    pid_t pid; /* 0: it is not on */
    int input, output;
    struct neighbours *neighbours; /* lent to the view while it is on */
    char line[NEIGHBOURS_LINE_MAX];
    size_t used;
    bool too_long;
    char last[NEIGHBOURS_TEXT_MAX]; /* the last line that was none of its own: why it failed */
};

void neighbours_screen_init(struct neighbours_screen *screen);

/* Ends it if it is on, and waits until nothing is left of it. */
void neighbours_screen_close(struct neighbours_screen *screen, struct view *view);

/* What to wait for; −1: nothing. Then neighbours_screen_take(). */
int neighbours_screen_fd(const struct neighbours_screen *screen);
void neighbours_screen_take(struct neighbours_screen *screen, struct view *view);

/* Do what was asked for, if it is for this screen. busy: a run is in progress, so do not begin. */
bool neighbours_screen_do(struct neighbours_screen *screen, struct view *view,
                          const struct request *request, bool busy);

#endif
