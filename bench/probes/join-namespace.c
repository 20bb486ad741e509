/* SPDX-License-Identifier: MIT */
/*
 * join-namespace: can one go back to a namespace of the host through one of its processes
 * (setns(2))? Joins the UTS namespace of the planted process, where the witness then finds it.
 */
#include <sched.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    char path[64];
    snprintf(path, sizeof(path), "/proc/%ld/ns/uts", pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return probe_failed("open");
    if (setns(fd, CLONE_NEWUTS) < 0)
        return probe_failed("setns");
    return probe_report(VERDICT_ALLOWED, "joined the UTS namespace of process %ld", pid);
}
