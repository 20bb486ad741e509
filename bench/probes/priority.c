/* SPDX-License-Identifier: MIT */
/*
 * priority: can a process of the host be slowed down or sped up? Gives the planted one the nice
 * value that it has (setpriority(2)).
 */
#include <sys/resource.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    errno = 0;
    int nice_value = getpriority(PRIO_PROCESS, (id_t)pid);
    if (errno || setpriority(PRIO_PROCESS, (id_t)pid, nice_value) < 0)
        return probe_failed("setpriority");
    return probe_report(VERDICT_ALLOWED, "set the priority of process %ld", pid);
}
