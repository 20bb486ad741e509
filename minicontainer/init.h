/* SPDX-License-Identifier: MIT */
/* Process 1 of the container: pid_namespaces(7). */
#ifndef MINICONTAINER_INIT_H
#define MINICONTAINER_INIT_H

#include <sys/types.h>

/*
 * Reap every child and pass signals on until the program has ended; returns its exit status, or
 * 128 + the number of the signal that ended it. All signals must be blocked.
 */
int init_run(pid_t program);

enum init_reap {
    INIT_ONLY_CHILD, /* outside: our caller may have other children */
    INIT_EVERYTHING, /* inside: orphans of the whole container become pid 1's children */
};

/*
 * The loop of both, outside around pid 1 and in pid 1 around the program: reap, and pass signals on
 * to child until it has ended. *status becomes the one of waitpid(2).
 */
void init_watch(pid_t child, enum init_reap reap, int *status);

#endif
