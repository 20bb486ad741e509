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

/*
 * The same loop outside, around pid 1: wait for child and pass signals on to it. *status becomes
 * the one of waitpid(2).
 */
void init_watch(pid_t child, int *status);

#endif
