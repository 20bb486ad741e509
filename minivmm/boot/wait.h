/* SPDX-License-Identifier: MIT */
/*
 * What the main thread does while the guest runs: it waits. For the end of the machine that
 * somebody else has said (control.h), for a signal to this process, for the timeout.
 */
#ifndef MINIVMM_WAIT_H
#define MINIVMM_WAIT_H

#include <signal.h>
#include <stdint.h>

#include "minivmm/devices/control.h"

struct wait {
    int signal_fd, timer_fd;
    int hurry_fd;  /* readable once either of them is: an end that cannot wait */
    int resize_fd; /* SIGWINCH */
    sigset_t before;
};

/*
 * The signals that end a machine: SIGTERM, SIGINT and SIGHUP, but not those that the caller has set
 * to be ignored (nohup(1), a shell's background job). A blocked signal waits even if it is ignored.
 */
void wait_ending_signals(sigset_t *signals);

/*
 * From here on SIGTERM, SIGINT, SIGHUP and SIGWINCH do nothing but wake the waiting thread, and
 * SIGPIPE nothing at all; for this thread and those that it starts. The clock of the timeout (0:
 * none) starts. After a failure too, *wait is to be given to wait_destroy(), which takes all back.
 */
int wait_create(struct wait *wait, int64_t timeout_ns, struct error *error);
void wait_destroy(struct wait *wait);

/* Wait for the end, and say it to control where it comes from here. resized may be NULL. */
void wait_for_end(const struct wait *wait, struct control *control, void (*resized)(void *context),
                  void *context);

#endif
