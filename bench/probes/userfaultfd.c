/* SPDX-License-Identifier: MIT */
/*
 * userfaultfd: can the kernel be made to wait in the middle of a call, for a page that the program
 * hands in when it likes (userfaultfd(2))? It makes races in the kernel easy to win. Makes one such
 * descriptor, watches nothing with it, and lets go of it.
 */
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (syscall(SYS_userfaultfd, (long)O_CLOEXEC) < 0)
        return probe_failed("userfaultfd");
    return probe_report(VERDICT_ALLOWED, "may hold up the kernel's page faults");
}
