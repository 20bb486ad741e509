/* SPDX-License-Identifier: MIT */
/*
 * A harness that is two processes, so that one of them is left to clean up when the other is
 * killed.
 *
 * The process that the user started keeps watch: it passes signals on and waits. The work is done
 * by its child, in a session of its own, so that no kill of a process group meets both. Each is a
 * subreaper. If the worker dies, what it had started becomes the watcher's, which kills it. If the
 * watcher dies, the worker gets SIGTERM by its parent-death signal and ends as by Ctrl-C. Should
 * both be killed in the same moment, the programs' own parent-death signals (spawn.h) remain, and
 * folders and cgroups are removed by the next run (scratch.h).
 */
#ifndef VIRTLAB_GUARD_H
#define VIRTLAB_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/process/scratch.h"

/*
 * Become two processes; work is run in the second, and scratch is removed behind it. Returns the
 * exit status for main(). name is the command's, for a last word when the worker was killed.
 */
int guard_run(const char *name, int argc, char **argv,
              int (*work)(const struct scratch *scratch, int argc, char **argv));

/*
 * Give the signals that the caller ignores their default actions: they would reach into the
 * measurements. Not those that ask us to end: nohup(1), and a shell that starts us in the
 * background, mean it so (for the programs that we start, spawn.c sets these back too). guard_run()
 * does it first.
 */
void guard_forget_ignored_signals(void);

/*
 * In the worker: the signal that asked it to end (SIGINT, SIGTERM, SIGHUP, SIGQUIT), 0 if none did.
 * The descriptor is readable from then on, for ever.
 */
int guard_interrupted(void);
int guard_wake_fd(void);

/*
 * In the worker: whether somebody asks it to pause (SIGTSTP). It is for the work to do so where
 * nothing is being measured: guard_rest() waits until SIGCONT comes, or a signal that ends us.
 */
bool guard_asked_to_rest(void);
void guard_rest(void);

/* Wait, unless interrupted: then return false. */
bool guard_pause(int64_t ns);

#endif
