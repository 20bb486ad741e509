/* SPDX-License-Identifier: MIT */
/*
 * The caller's terminal while it is the guest's: raw, so that each key goes to the guest at once
 * and the guest's own line discipline does the rest (termios(3)).
 *
 * It must be as it was when minivmm ends, however that ends. What can be done only while one lives
 * is not enough: a system call filter and SIGKILL leave no time. So a small process, the guard,
 * keeps the terminal's old modes, and sets them should minivmm go without having done so.
 */
#ifndef MINIVMM_TERMINAL_H
#define MINIVMM_TERMINAL_H

#include <stdbool.h>
#include <sys/types.h>
#include <termios.h>

#include "common/error.h"

struct terminal {
    int fd; /* -1: no terminal */
    struct termios before, raw;
    bool is_raw;
    pid_t guard;
    int guard_fd; /* a pipe that the guard reads: closed means that we are gone */
};

/*
 * Is fd a terminal, and are we in its foreground? Then remember its modes and start the guard,
 * while this process is still small and has one thread. *terminal.fd is -1 where there is nothing
 * to do.
 */
int terminal_open(struct terminal *terminal, int fd, struct error *error);

/* From here on each key goes to the guest. Nothing without a terminal. */
int terminal_make_raw(struct terminal *terminal, struct error *error);

/* As it was before; the guard ends. In any state. */
void terminal_close(struct terminal *terminal);

#endif
