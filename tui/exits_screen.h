/* SPDX-License-Identifier: MIT */
/*
 * What the screen of exits does beyond being looked at: it follows a timeline, starts a machine
 * that writes one, and goes through the record.
 */
#ifndef VIRTLAB_TUI_EXITS_SCREEN_H
#define VIRTLAB_TUI_EXITS_SCREEN_H

#include "tui/layout/view.h"
#include "tui/model/exits_live.h"
#include "tui/traced.h"

struct exits_screen {
    struct traced traced;
    struct exits_live *live;
    struct live_page *page; /* as it was made last; lent to the state that is shown */
};

/* timeline: to be followed; NULL: none. exits_screen_close() in any case. Errors: no thread. */
int exits_screen_open(struct exits_screen *screen, const char *timeline, struct error *error);
void exits_screen_close(struct exits_screen *screen);

/* Put the page among the others of a state; NULL: there is no state yet. */
void exits_screen_lend(const struct exits_screen *screen, struct state *state);

/* exits_live_fd() says that there is a new page. */
void exits_screen_take(struct exits_screen *screen, struct view *view, struct state *state);

/* A child has ended: if it was the machine, say so. */
void exits_screen_reap(struct exits_screen *screen, struct view *view);

/* Do what was asked for, if it is for this screen. */
bool exits_screen_do(struct exits_screen *screen, struct view *view, const struct request *request);

#endif
