/* SPDX-License-Identifier: MIT */
/*
 * The measurement that the dashboard starts: a command of virtlab in a process of its own, which
 * goes on when we have left. Any run in the folder that is shown can be paused and stopped.
 */
#ifndef VIRTLAB_TUI_MEASURING_H
#define VIRTLAB_TUI_MEASURING_H

#include <stdbool.h>
#include <sys/types.h>

#include "tui/layout/view.h"

struct measuring {
    pid_t pid; /* 0: we have started none, or it has ended */
    int log;   /* what it prints */
};

/* Whether there is one, ours or another's. */
bool measuring_goes_on(const struct measuring *measuring, const struct view *view);

/*
 * `virtlab bench` with these words, cut at spaces; or `virtlab compare`, where that is the first of
 * them. Its folder is made in root. Returns whether it was started; why not is said.
 */
bool measuring_start(struct measuring *measuring, struct view *view, const char *root,
                     const char *words);

/* A child has ended: if it was the run, say what it said last. */
void measuring_reap(struct measuring *measuring, struct view *view);

void measuring_stop(struct measuring *measuring, struct view *view);
void measuring_pause_or_go_on(struct measuring *measuring, struct view *view);

#endif
