/* SPDX-License-Identifier: MIT */
/*
 * io-ports: can devices be driven past the kernel, by the processor's own I/O instructions? Asks
 * for one port, 0x80, to which firmware writes what it is doing, executes no such instruction, and
 * gives it back (ioperm(2)).
 */
#include <sys/io.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (ioperm(0x80, 1, 1) < 0)
        return probe_failed("ioperm");
    ioperm(0x80, 1, 0);
    return probe_report(VERDICT_ALLOWED, "may use an I/O port");
}
