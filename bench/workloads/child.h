/* SPDX-License-Identifier: MIT */
/* A second process of a workload, which never outlives it. */
#ifndef VIRTLAB_WORKLOADS_CHILD_H
#define VIRTLAB_WORKLOADS_CHILD_H

#include <errno.h>
#include <signal.h>
#include <sys/prctl.h>

#include "bench/workloads/protocol.h"

/* fork(2) that answers for a box without it: as fork(2), 0 in the child. */
static inline pid_t child_fork(const char *workload)
{
    pid_t parent = getpid(), pid = fork();

    if (pid < 0)
        protocol_cannot(workload, "there is no second process in here", errno);
    /* The parent may have gone before the signal was asked for. */
    if (pid == 0 && (prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L) < 0 || getppid() != parent))
        _exit(EXIT_TOOL_FAILED);
    return pid;
}

/*
 * In the child: return every byte that comes, one higher, until no more come. That is half of a
 * round trip, and proves that the byte has been there.
 */
__attribute__((noreturn)) static inline void child_return_bytes(int from, int to)
{
    unsigned char byte;

    while (read(from, &byte, 1) == 1) {
        byte++;
        if (write(to, &byte, 1) != 1)
            break;
    }
    _exit(EXIT_SUCCESS);
}

/* The other half, so many times. Returns the sum of what came back. */
static inline uint64_t child_round_trips(const char *workload, int to, int from, uint64_t count)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < count; i++) {
        unsigned char byte = (unsigned char)i;
        if (write(to, &byte, 1) != 1 || read(from, &byte, 1) != 1)
            protocol_fail(workload, "the other process has gone");
        sum += byte;
    }
    return sum;
}

#endif
