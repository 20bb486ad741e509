/* SPDX-License-Identifier: MIT */
/* A run in progress: what its harness says of itself in progress.json (docs/formats.md). */
#ifndef VIRTLAB_TUI_PROGRESS_FILE_H
#define VIRTLAB_TUI_PROGRESS_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum run_state {
    RUN_NONE,    /* nobody is at work in the folder */
    RUN_RUNNING, /* a harness is */
    RUN_PAUSED,  /* and it is stopped */
    RUN_CUT_OFF, /* one was, and is gone without having said so */
};

struct run_progress {
    enum run_state state;
    pid_t pid;
    uint64_t
        start_ticks; /* since boot: with the pid, the process and no later one of that number */
    double percent;  /* 0 to 100 */
    int64_t left_s;  /* negative: not known yet */
    char what[64];   /* the experiment; clean */
};

/*
 * Look. The file may come from anybody: a process counts only if it started when the file says, and
 * holds the lock on the samples.
 */
void run_progress_read(struct run_progress *progress, const char *folder);

/*
 * Send the harness a signal, if it is still the same process: SIGTSTP (it pauses after the trial in
 * flight), SIGCONT, SIGTERM. Returns 0 or a negative errno: -ESRCH, -EPERM.
 */
int run_progress_signal(const struct run_progress *progress, int signum);

#endif
