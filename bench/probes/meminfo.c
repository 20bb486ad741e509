/* SPDX-License-Identifier: MIT */
/*
 * meminfo: what machine does a program see? Reads how much memory there is from /proc/meminfo; the
 * witness compares it with the host's. Programs that size themselves by this ask for too much in a
 * container with a limit.
 */
#include "bench/probes/probe.h"

int main(void)
{
    char text[128];
    unsigned long long kib;
    if (probe_read_file("/proc/meminfo", text, sizeof(text)) < 0)
        return probe_failed("open /proc/meminfo");
    if (sscanf(text, "MemTotal: %llu kB", &kib) != 1)
        return probe_report(VERDICT_UNKNOWN, "/proc/meminfo does not begin with MemTotal");
    return probe_report(VERDICT_ALLOWED, "sees a machine with memory=%llukB", kib);
}
