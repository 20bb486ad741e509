/* SPDX-License-Identifier: MIT */
/* From what was asked for to a session that is ready to measure. */
#ifndef VIRTLAB_SETUP_H
#define VIRTLAB_SETUP_H

#include "bench/run.h"

/*
 * Read the platforms, choose among them, find the program and the files, decide on the seed, the
 * environment and the processor. Nothing is written yet. Errors: EXIT_NOT_FOUND and
 * EXIT_CANNOT_EXECUTE for the program; wrong names and files. setup_free() in any case.
 */
int setup_session(struct session *session, const struct run_request *request,
                  const struct scratch *scratch, struct error *error);

/* Ask every chosen platform what it needs; why not is kept with it. -EINTR when interrupted. */
int setup_check_boxes(struct session *session, struct error *error);

void setup_free(struct session *session);

/*
 * On a host with cgroup v1 and v2 side by side some runtimes refuse to work. Then go, with all that
 * will be started, into a mount namespace without v2, so that every contender sees the same
 * machine. Does nothing for an ordinary user, and where there are not both.
 */
int setup_hide_cgroup2(struct error *error);

#endif
