/* SPDX-License-Identifier: MIT */
/*
 * kernel-addresses: does the host's kernel say where its functions lie, which is the first thing
 * an attack on it needs? Reads the first line of /proc/kallsyms; whom the kernel does not trust
 * reads zeros there (kernel.kptr_restrict in proc_sys_kernel(5)).
 */
#include "bench/probes/probe.h"

int main(void)
{
    char text[256];
    if (probe_read_file("/proc/kallsyms", text, sizeof(text)) < 0)
        return probe_failed("read /proc/kallsyms");
    /* The first symbols may truly lie at 0: those of each processor. So look at several lines. */
    for (const char *line = text; line && *line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strtoull(line, NULL, 16) != 0)
            return probe_report(VERDICT_ALLOWED, "reads addresses of the kernel");
    }
    return probe_report(VERDICT_REFUSED, "every address reads as 0");
}
