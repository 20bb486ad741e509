/* SPDX-License-Identifier: MIT */
/*
 * take-descriptor: can an open descriptor be taken out of a process of the host (pidfd_getfd(2)),
 * a socket with a connection for example, which has no path at all? Takes a copy of the planted
 * one.
 */
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    long number = probe_number(argv, "fd", 0, INT32_MAX);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    int process = (int)syscall(SYS_pidfd_open, pid, 0L);
    if (process < 0)
        return probe_failed("pidfd_open");
    int fd = (int)syscall(SYS_pidfd_getfd, process, number, 0L);
    if (fd < 0)
        return probe_failed("pidfd_getfd");
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    if (pread(fd, secret, sizeof(secret) - 1, 0) < 0)
        return probe_failed("read");
    return probe_report(VERDICT_ALLOWED, "took its descriptor %ld, secret=%s", number, secret);
}
