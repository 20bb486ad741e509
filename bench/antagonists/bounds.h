/* SPDX-License-Identifier: MIT */
/*
 * Antagonists: bad neighbours, made to order. Each takes one resource as greedily as it can, for as
 * long as the harness goes on asking, and speaks the protocol of the workloads (protocol.h); only
 * that the number behind `done N` is no checksum but what it got, in units of its own.
 *
 * None of them may ever harm the machine. They are held four times:
 *
 *   - by how they are made: fixed arrays and loops with an end, and work only while it is asked
 * for. A pipe that ends, since the harness died, ends them;
 *   - by rlimits and an alarm, bounds_set(), which hold where a mistake was made above;
 *   - by the parent-death signal, for them and all that they start;
 *   - by the harness: a cgroup around the box where one can be made, and a deadline.
 *
 * tests/e2e/antagonists.sh measures that they stay inside.
 */
#ifndef VIRTLAB_ANTAGONISTS_BOUNDS_H
#define VIRTLAB_ANTAGONISTS_BOUNDS_H

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "bench/workloads/memory.h"

enum {
    BOUND_MEMORY_MIB = 192,  /* touched at a time */
    BOUND_ADDRESS_MIB = 320, /* mapped at a time: the program, stacks and rounding as well */
    BOUND_PROCESSES = 64,    /* at a time, and children do not fork */
    BOUND_FILE_MIB = 16,     /* one file, without a name */
    BOUND_FILES = 16,        /* open at a time */
    BOUND_SECONDS = 60,      /* from start to end */
};

/* A box that knows no such call has bounds of its own: a VM's memory, and nobody to be forked. */
static inline void bounds_set(void)
{
    static const struct {
        int resource;
        rlim_t most;
    } limits[] = {
        {RLIMIT_AS,     (rlim_t)BOUND_ADDRESS_MIB * MIB},
        {RLIMIT_FSIZE,  (rlim_t)BOUND_FILE_MIB * MIB   },
        {RLIMIT_NOFILE, BOUND_FILES                    },
        {RLIMIT_CPU,    BOUND_SECONDS                  },
        {RLIMIT_CORE,   0                              },
    };
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        const struct rlimit limit = {limits[i].most, limits[i].most};
        setrlimit(limits[i].resource, &limit);
    }
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
    alarm(BOUND_SECONDS);
}

/*
 * In a child that was just made: end with the parent, and at once if that has gone already.
 * The alarm is not inherited, fork(2).
 */
static inline void bounds_set_child(pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
    if (getppid() != parent)
        _exit(EXIT_SUCCESS);
    alarm(BOUND_SECONDS);
}

#endif
