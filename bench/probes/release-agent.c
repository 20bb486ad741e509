/* SPDX-License-Identifier: MIT */
/*
 * release-agent: can the program be set that the host's kernel runs as root when a cgroup of
 * version 1 becomes empty (cgroups(7))? It was a way out of containers. Writes back what is set, in
 * the root of every hierarchy that is mounted in here.
 */
#include "bench/probes/probe.h"

int main(void)
{
    FILE *mounts = fopen("/proc/self/mountinfo", "re");
    if (!mounts)
        return probe_failed("open /proc/self/mountinfo");
    char line[1024], folder[512], path[600];
    const char *failed = NULL;
    int errnum = ENOENT;
    while (fgets(line, sizeof(line), mounts)) {
        /* proc_pid_mountinfo(5): the fifth field is where, the one after " - " is what. */
        if (!strstr(line, " - cgroup ") || sscanf(line, "%*s %*s %*s %*s %511s", folder) != 1)
            continue;
        snprintf(path, sizeof(path), "%s/release_agent", folder);
        failed = probe_write_back(path);
        if (!failed)
            return probe_report(VERDICT_ALLOWED, "wrote back %.150s", path);
        /* A refusal tells more than a hierarchy whose root is elsewhere. */
        if (errno != ENOENT)
            errnum = errno;
    }
    errno = errnum;
    return probe_failed("release_agent");
}
