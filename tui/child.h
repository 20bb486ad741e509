/* SPDX-License-Identifier: MIT */
/* The other commands of virtlab, started as children. */
#ifndef VIRTLAB_TUI_CHILD_H
#define VIRTLAB_TUI_CHILD_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"

enum child_life {
    CHILD_IS_OURS,
    CHILD_OUTLIVES_US,  /* in a session of its own, so that it goes on when we have left */
    CHILD_DIES_WITH_US, /* whatever it is that ends us */
};

/*
 * Start a program with both outputs to `output`, and `input` (negative: nothing) as its standard
 * input. Errors: fork(2).
 */
int child_fork(pid_t *pid, const char *program, char *const *argv, int input, int output,
               enum child_life life, struct error *error);

/* A command whose output is awaited and shown. */
struct child {
    pid_t pid;    /* 0: none runs */
    int fd;       /* what it writes, on both outputs */
    char *output; /* of it, so far */
    size_t length, room;
    int status; /* of wait(2), once it has ended */
};

/* virtlab's own `bin/virtlab` is started with these words. Errors: pipe(2), fork(2), no memory. */
int child_start(struct child *child, const char *const *words, struct error *error);

/* Read what is there. Returns whether the child has ended: then output is complete. */
bool child_read(struct child *child);

/* End it if it runs, and forget it. */
void child_forget(struct child *child);

/*
 * A measurement: in a session of its own, so that it goes on when we have left. What it prints goes
 * to a file without a name, *log. Errors as above.
 */
int child_start_run(pid_t *pid, int *log, const char *const *words, struct error *error);

/* The last line of that file, cleaned; "" when there is none. */
void child_last_line(int log, char *line, size_t size);

#endif
