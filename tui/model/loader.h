/* SPDX-License-Identifier: MIT */
/*
 * A thread that follows a results folder and makes states of it, so that drawing never waits for
 * reading or statistics. It sleeps until the kernel tells it that a file has changed.
 */
#ifndef VIRTLAB_TUI_LOADER_H
#define VIRTLAB_TUI_LOADER_H

#include <stdbool.h>

#include "common/error.h"
#include "tui/model/progress_file.h"
#include "tui/model/state.h"

struct loader;

struct loader_wish {
    const char *folder;   /* of the results; a link is followed when it comes to point elsewhere */
    const char *timeline; /* NULL: none; as long as the loader */
    bool replay;          /* play the run as it was recorded, so many times as fast: */
    double speed;
};

/* Errors: -ENOMEM, no thread. All signals are blocked in it. */
int loader_start(struct loader **loader, const struct loader_wish *wish, struct error *error);
void loader_stop(struct loader *loader);

/* Readable when there is something new; loader_take() makes it unreadable again. */
int loader_fd(const struct loader *loader);

/* The newest state, which is the caller's then; NULL: none since the last call. */
struct state *loader_take(struct loader *loader, struct run_progress *progress);

/* Show another folder; hold a replay, or let it go on. */
void loader_open(struct loader *loader, const char *folder);
void loader_hold(struct loader *loader, bool held);

#endif
