/* SPDX-License-Identifier: MIT */
/*
 * Making a process, and making sure that it goes again.
 *
 * This is posix_spawn(3) made by hand, in the same way as the C library does it: clone(2) with
 * CLONE_VM and CLONE_VFORK, so that no page table is copied, and the parent waits until the child
 * has executed. It is made by hand for one line that posix_spawn cannot say: PR_SET_PDEATHSIG,
 * which ends the child when the harness dies, by whatever. Three more come for free: the
 * processor it is bound to, the cgroup it enters, and the user it runs as.
 */
#ifndef VIRTLAB_SPAWN_H
#define VIRTLAB_SPAWN_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

enum { SPAWN_CGROUPS_MAX = 16 };

struct spawn_request {
    char *const *argv; /* argv[0] is the file, an absolute path or one with a slash */
    char *const *envp;
    int input, output, errors; /* descriptors for 0, 1 and 2; -1: /dev/null */
    int cpu;                   /* the only processor it may run on; -1: all that we may */
    uid_t uid;                 /* an ordinary user to run as, with the group of the same number;
                                  0: stay who we are */
    unsigned cgroup_count; /* files `tasks` (v1) or `cgroup.procs` (v2) of the cgroups that the */
    int cgroup_fds[SPAWN_CGROUPS_MAX]; /* process enters first, open for writing */
};

struct spawned {
    pid_t pid;     /* also its session and process group */
    int pidfd;     /* becomes readable when it has ended */
    int64_t t0_ns; /* CLOCK_MONOTONIC just before clone(2) */
};

/*
 * Start a process. It gets a session of its own, no signal blocked or ignored, and of our
 * descriptors those for 0, 1 and 2 (all that we open is CLOEXEC, and what we inherited is made so
 * by guard_run()). Errors: what execve(2) says, with exit status 127 for ENOENT and 126 otherwise;
 * what clone(2) and pidfd_open(2) say, with 125.
 */
int spawn(const struct spawn_request *request, struct spawned *spawned, struct error *error);

/*
 * Kill every process below this one and wait until they are gone. This process must be a child
 * subreaper (prctl(2)), so that orphans of orphans come to it as well. Returns how many were
 * found; a process that cannot be killed (setuid programs) is given up after two seconds.
 */
unsigned spawn_kill_all(void);

#endif
