/* SPDX-License-Identifier: MIT */
/*
 * One running program and what comes out of it, as a sequence of events with their times. The
 * harness waits in one place only, process_next(), and there for everything at once: output, the
 * end, the deadline, and a signal that asks the harness itself to end.
 */
#ifndef VIRTLAB_PROCESS_H
#define VIRTLAB_PROCESS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/process/spawn.h"
#include "common/error.h"

/*
 * For how long at least one of a row of processes has run. Each process may be in the hands of
 * another thread.
 */
struct process_account {
    _Atomic unsigned running;
    _Atomic int64_t since_ns, total_ns;
};

struct process_options {
    char *const *argv;
    char *const *envp;
    bool input;         /* a pipe to its standard input; else that is /dev/null */
    int64_t timeout_ns; /* from the start; 0: none */
    int cpu;            /* as in struct spawn_request */
    uid_t uid;
    unsigned cgroup_count;
    int cgroup_fds[SPAWN_CGROUPS_MAX];
    struct process_account *account; /* which it belongs to; NULL: none */
};

enum process_event {
    PROCESS_OUTPUT,      /* output, output_length and at_ns are set */
    PROCESS_ENDED,       /* exit, at_ns, user_ns, system_ns are set; always the last event */
    PROCESS_TIMED_OUT,   /* it still runs: process_kill() is next */
    PROCESS_INTERRUPTED, /* likewise */
    PROCESS_WOKEN,       /* wake_ns has come, and is 0 again */
};

struct process {
    pid_t pid;
    int pidfd;
    int input;     /* where to write what it reads; −1: none */
    int output_fd; /* what it writes; −1 when that has ended */
    int errors_fd;
    struct process_account *account;
    int64_t t0_ns;       /* CLOCK_MONOTONIC just before it was started */
    int64_t deadline_ns; /* 0: none */
    int64_t wake_ns;     /* set by the caller who wants to look at the process then; 0: not */
    bool ended;
    int64_t ended_ns;             /* when it had been reaped */
    bool over;                    /* PROCESS_ENDED was said: there is no more output either */
    int output_left, errors_left; /* bytes that stood in the pipes then and are not read yet */

    char *output; /* of the last PROCESS_OUTPUT; stays until the next call */
    size_t output_length;
    int64_t at_ns;

    int exit;                   /* as a shell gives it: 128+N for signal N */
    int64_t user_ns, system_ns; /* of it and all descendants that were waited for */

    size_t errors_length;
    char errors[1024]; /* the last it wrote to standard error */
};

/*
 * Start it. Errors are spawn()'s, and pipe2(2)'s; after an error there is nothing to free.
 */
int process_start(struct process *process, const struct process_options *options,
                  struct error *error);

/*
 * Wait for the next event. When the program has ended, what is left of its process group is
 * killed, and what was written until then comes before PROCESS_ENDED.
 */
enum process_event process_next(struct process *process);

/* Kill it and its process group, reap it, and close everything. Safe in every state. */
void process_kill(struct process *process);

/* After PROCESS_ENDED: close everything. */
void process_close(struct process *process);

/* Close its standard input, which ends a workload. */
void process_end_input(struct process *process);

/* The last whole line on its standard error, without blanks around it; "" if there is none. */
void process_last_error_line(const struct process *process, char *line, size_t size);

#endif
