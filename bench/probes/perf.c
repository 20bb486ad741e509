/* SPDX-License-Identifier: MIT */
/*
 * perf: can everything that runs on a processor be watched, whoever's it is? Opens a software
 * counter for all processes of CPU 0, switched off (perf_event_open(2)). Who may is set by
 * kernel.perf_event_paranoid.
 */
#include <linux/perf_event.h>
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct perf_event_attr attributes = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attributes),
        .config = PERF_COUNT_SW_CONTEXT_SWITCHES,
        .disabled = 1,
    };
    long all_processes = -1, cpu = 0, no_group = -1;
    if (syscall(SYS_perf_event_open, &attributes, all_processes, cpu, no_group,
                (long)PERF_FLAG_FD_CLOEXEC) < 0)
        return probe_failed("perf_event_open");
    return probe_report(VERDICT_ALLOWED, "opened a counter for every process");
}
