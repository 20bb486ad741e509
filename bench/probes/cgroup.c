/* SPDX-License-Identifier: MIT */
/*
 * cgroup: can one leave one's limits behind, by going into the cgroup at the top? Looks for cgroup
 * file systems that are mounted in here, opens the list of processes at their tops for writing, and
 * writes nothing. With a cgroup namespace the top is the box's own.
 */
#include "bench/probes/probe.h"

int main(void)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts)
        return probe_failed("open /proc/self/mountinfo");
    char line[1024], folder[512], path[600];
    int errnum = ENOENT;
    while (fgets(line, sizeof(line), mounts)) {
        /* proc_pid_mountinfo(5): the fifth field is where, the one after " - " is what. */
        if (!strstr(line, " - cgroup") || sscanf(line, "%*s %*s %*s %*s %511s", folder) != 1)
            continue;
        snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
        if (open(path, O_WRONLY | O_CLOEXEC) >= 0)
            return probe_report(VERDICT_ALLOWED, "may write %.150s", path);
        if (errno != ENOENT)
            errnum = errno;
    }
    errno = errnum;
    return probe_failed("cgroup.procs");
}
