/* SPDX-License-Identifier: MIT */
/*
 * clock: can the host's clock be set? There is only one: time namespaces do not cover
 * CLOCK_REALTIME (time_namespaces(7)). Setting it cannot be undone, so only the permission is
 * tested: adjtimex(2) is asked for a tick length of 0, which is out of range. The kernel answers
 * EPERM to whoever lacks CAP_SYS_TIME before it looks at the value (timekeeping_validate_timex() in
 * kernel/time/timekeeping.c), and EINVAL, changing nothing, to whoever has it.
 */
#include <sys/timex.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct timex change = {.modes = ADJ_TICK, .tick = 0};
    if (adjtimex(&change) < 0 && errno != EINVAL)
        return probe_failed("adjtimex");
    return probe_report(VERDICT_ALLOWED, "adjtimex has the permission");
}
