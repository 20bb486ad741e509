/* SPDX-License-Identifier: MIT */
/*
 * process-files: can what a process of the host has open be opened through /proc/PID/fd? The links
 * there lead to files that the box has no path to, deleted ones too. Opens the planted one.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    long pid = probe_number(argv, "pid", 2, 1L << 22);
    long number = probe_number(argv, "fd", 0, INT32_MAX);
    enum probe_target target = probe_find_target(pid, probe_argument(argv, "cookie"));
    if (target != TARGET_FOUND)
        return probe_no_target(target, pid);
    char path[64], secret[PROBE_SECRET_LENGTH + 1];
    snprintf(path, sizeof(path), "/proc/%ld/fd/%ld", pid, number);
    if (probe_read_file(path, secret, sizeof(secret)) < 0)
        return probe_failed("open");
    return probe_report(VERDICT_ALLOWED, "opened its descriptor %ld, secret=%s", number, secret);
}
