/* SPDX-License-Identifier: MIT */
#include "minicontainer/namespaces.h"

#include <errno.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "minicontainer/files.h"
#include "minicontainer/syscalls.h"

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x80
#endif

pid_t namespaces_clone(const struct minicontainer_config *config, int cgroup, struct error *error)
{
    /* The network, cgroup and time namespaces come later, each when its moment is there. */
    struct clone_args args = {
        .flags = CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC,
        .exit_signal = SIGCHLD,
    };

    if (!config->no_userns)
        args.flags |= CLONE_NEWUSER;
    if (cgroup >= 0) {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (unsigned)cgroup;
    }
    pid_t child = sys_clone3(&args);
    if (child >= 0)
        return child;
    if (errno == EPERM && config->no_userns)
        return error_set(error, EPERM,
                         "cannot make namespaces: without a user namespace, only "
                         "root may; leave --no-userns out");
    if (errno == EPERM)
        return error_set(error, EPERM,
                         "cannot make a user namespace: this system forbids it; see "
                         "'minicontainer check'");
    if (errno == ENOSPC)
        return error_set(error, ENOSPC,
                         "cannot make namespaces: a limit in /proc/sys/user, such as "
                         "max_user_namespaces, is reached");
    return error_set_errno(error, errno, "cannot clone into namespaces");
}

int namespaces_make_network(struct error *error)
{
    struct ifreq loopback = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

    if (unshare(CLONE_NEWNET) < 0)
        return error_set_errno(error, errno, "cannot make a network namespace");
    /* Up, it gives itself 127.0.0.1: programs talk to themselves over it. */
    int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (sock < 0 || ioctl(sock, SIOCSIFFLAGS, &loopback) < 0) {
        error_set_errno(error, errno, "cannot bring up the loopback device");
        if (sock >= 0)
            close(sock);
        return -error->errnum;
    }
    close(sock);
    return 0;
}

int namespaces_hide_cgroups(struct error *error)
{
    if (unshare(CLONE_NEWCGROUP) < 0)
        return error_set_errno(error, errno, "cannot make a cgroup namespace");
    return 0;
}

int namespaces_restart_time(struct error *error)
{
    char offsets[128];
    struct timespec boot, monotonic;

    /* The offsets can be set until the first process enters, so not by clone3 (time_namespaces(7)).
     */
    if (unshare(CLONE_NEWTIME) < 0)
        return error_set_errno(error, errno, "cannot make a time namespace");
    clock_gettime(CLOCK_BOOTTIME, &boot);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    snprintf(offsets, sizeof offsets, "boottime %lld 0\nmonotonic %lld 0\n",
             -(long long)boot.tv_sec, -(long long)monotonic.tv_sec);
    int result = files_write(AT_FDCWD, "/proc/self/timens_offsets", offsets);
    if (result < 0)
        return error_set_errno(error, -result, "cannot set the offsets of the time namespace");
    /* We enter ourselves, so that every child is in it from its birth, however it is born. */
    int clock = open("/proc/self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
    if (clock < 0 || setns(clock, CLONE_NEWTIME) < 0)
        result = error_set_errno(error, errno, "cannot enter the time namespace");
    if (clock >= 0)
        close(clock);
    return result;
}
