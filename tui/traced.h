/* SPDX-License-Identifier: MIT */
/*
 * A machine that the dashboard starts to look at its exits: minivmm with a workload or a program in
 * it, and a timeline in memory that nobody else has, which goes when the next one starts.
 */
#ifndef VIRTLAB_TUI_TRACED_H
#define VIRTLAB_TUI_TRACED_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"

struct traced {
    pid_t pid; /* 0: none runs */
    int timeline, log;
};

enum { TRACED_PATH_MAX = 64 };

void traced_init(struct traced *traced);

/*
 * Start one; the words are separated by spaces: the name of a workload and how many turns of its
 * work are wanted, the path of a program and what it is given, or `boot` and what `minivmm boot`
 * is given. path: where its timeline is to be read. Errors: there is no such workload, or no
 * memory.
 */
int traced_start(struct traced *traced, const char *words, char path[TRACED_PATH_MAX],
                 struct error *error);

/* Ask it to end; also where its timeline has become too long to go on. */
void traced_stop(struct traced *traced);
bool traced_too_long(const struct traced *traced);

/* Whether it has ended since the last call; then line has what it said last, or "". */
bool traced_ended(struct traced *traced, char *line, size_t size);

/* End it, and forget it with its timeline. */
void traced_forget(struct traced *traced);

#endif
