/* SPDX-License-Identifier: MIT */
/*
 * realtime: can one come before everything else on the host's processors (sched(7))? Becomes a
 * real-time process of the lowest rank, and an ordinary one again at once. The call is made by
 * hand, since musl's function for it does nothing.
 */
#include <sched.h>
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    int priority = 1; /* all of struct sched_param, as the kernel knows it */
    if (syscall(SYS_sched_setscheduler, 0L, (long)SCHED_FIFO, &priority) < 0)
        return probe_failed("sched_setscheduler");
    priority = 0;
    syscall(SYS_sched_setscheduler, 0L, (long)SCHED_OTHER, &priority);
    return probe_report(VERDICT_ALLOWED, "was a real-time process");
}
