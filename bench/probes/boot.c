/* SPDX-License-Identifier: MIT */
/*
 * boot: can the host be recognised? Reads the number that its kernel drew when it booted
 * (/proc/sys/kernel/random/boot_id, random(4)): by it, two boxes find out that they are neighbours.
 */
#include "bench/probes/facts.h"
#include "bench/probes/probe.h"

int main(void)
{
    char boot[FACT_BYTES];
    if (fact_boot(boot) < 0)
        return probe_failed("read boot_id");
    return probe_report(VERDICT_ALLOWED, "reads the number of this boot, fact=%s", boot);
}
