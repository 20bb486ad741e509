/* SPDX-License-Identifier: MIT */
/*
 * sysctl: can a setting of the host's kernel be written? Writes back kernel.core_pattern, of which
 * there is one for the whole host, and which can name a program that the kernel then runs as the
 * host's root whenever something crashes (core(5)): a way out of a container.
 */
#include "bench/probes/probe.h"

int main(void)
{
    const char *failed = probe_write_back("/proc/sys/kernel/core_pattern");
    if (failed)
        return probe_failed(failed);
    return probe_report(VERDICT_ALLOWED, "wrote back kernel.core_pattern");
}
