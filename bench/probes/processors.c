/* SPDX-License-Identifier: MIT */
/*
 * processors: does /proc/cpuinfo tell how many processors the host has, and which? No namespace
 * covers it. A virtual machine shows what its VMM makes up.
 */
#include "bench/probes/facts.h"
#include "bench/probes/probe.h"

int main(void)
{
    char processors[FACT_BYTES];
    if (fact_processors(processors) < 0)
        return probe_failed("read /proc/cpuinfo");
    return probe_report(VERDICT_ALLOWED, "reads /proc/cpuinfo, fact=%s", processors);
}
