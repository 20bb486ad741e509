/* SPDX-License-Identifier: MIT */
/*
 * physical-memory: can the machine's memory be read past the kernel, in /dev/mem (mem(4))? Opens it
 * for reading and reads nothing.
 */
#include "bench/probes/probe.h"

int main(void)
{
    if (open("/dev/mem", O_RDONLY | O_CLOEXEC) < 0)
        return probe_failed("open /dev/mem");
    return probe_report(VERDICT_ALLOWED, "opened /dev/mem");
}
