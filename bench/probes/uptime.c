/* SPDX-License-Identifier: MIT */
/*
 * uptime: does /proc/uptime tell for how long the host has been running, and so which mistakes of
 * its kernel are not mended yet? Only a time namespace would hide it (time_namespaces(7)).
 */
#include "bench/probes/facts.h"
#include "bench/probes/probe.h"

int main(void)
{
    long seconds = fact_uptime();
    if (seconds < 0)
        return probe_failed("read /proc/uptime");
    return probe_report(VERDICT_ALLOWED, "sees uptime=%lds", seconds);
}
