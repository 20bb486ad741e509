/* SPDX-License-Identifier: MIT */
/*
 * swap: can a file be made the host's swap space, through which all its memory passes? Only the
 * permission is tested: a file without a name is given, of which the kernel says ENOENT only after
 * it has checked the permission (the system call swapon in mm/swapfile.c).
 */
#include <sys/swap.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (swapon("", 0) < 0 && errno != ENOENT)
        return probe_failed("swapon");
    return probe_report(VERDICT_ALLOWED, "may add swap space");
}
