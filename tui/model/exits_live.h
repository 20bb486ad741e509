/* SPDX-License-Identifier: MIT */
/*
 * A thread that follows a timeline while it grows, and makes the page of exits for the moment that
 * is wanted, so that a million of exits are stepped through without the screen waiting for it.
 */
#ifndef VIRTLAB_TUI_EXITS_LIVE_H
#define VIRTLAB_TUI_EXITS_LIVE_H

#include <stdbool.h>

#include "common/error.h"
#include "tui/model/state.h"

struct exits_live;

/* Errors: -ENOMEM, no thread. All signals are blocked in it. */
int exits_live_start(struct exits_live **live, struct error *error);
void exits_live_stop(struct exits_live *live);

/* Follow this timeline from its start; the file need not be there yet. */
void exits_live_open(struct exits_live *live, const char *path);

/* Stay at the moment that is shown, or go to the end and stay with it. */
void exits_live_hold(struct exits_live *live, bool held);

enum { EXITS_STEP_MAX = 1000000000 };

/* Go so many exits on, or back (at most EXITS_STEP_MAX), and stay there. */
void exits_live_step(struct exits_live *live, long exits);

/* Readable when there is a new page; exits_live_take() makes it unreadable again. */
int exits_live_fd(const struct exits_live *live);

/* The newest page, which is the caller's then; NULL: none since the last call. */
struct live_page *exits_live_take(struct exits_live *live);

#endif
