/* SPDX-License-Identifier: MIT */
/*
 * signal: can a process of the host be signalled? Sends SIGUSR1 to the planted one, which counts
 * it; first signal 0, which checks the permission alone (kill(2)), so that nobody else is ever hit.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    const char *cookie = probe_argument(argv, "cookie");
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    if (kill((pid_t)pid, 0) < 0)
        return probe_failed("kill");
    enum probe_target target = probe_find_target(pid, cookie);
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    if (kill((pid_t)pid, SIGUSR1) < 0)
        return probe_failed("kill");
    return probe_report(VERDICT_ALLOWED, "sent SIGUSR1 to process %ld", pid);
}
