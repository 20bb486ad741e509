/* SPDX-License-Identifier: MIT */
/* What /proc/PID/stat says of a process: proc_pid_stat(5). */
#ifndef VIRTLAB_PROCESS_STAT_H
#define VIRTLAB_PROCESS_STAT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct process_stat {
    char state; /* 'R', 'S', 'T', 'Z', … */
    pid_t parent;
    uint64_t
        start_ticks; /* clock ticks after boot: with the number, this process and no later one */
};

/* false, with *stat all zero: there is no such process. */
bool process_stat_read(pid_t pid, struct process_stat *stat);

#endif
