/* SPDX-License-Identifier: MIT */
/*
 * accounting: can the host's kernel be told to write of every process that ends into a file
 * (acct(2))? Only the permission is tested: a file without a name is given, of which the kernel
 * says ENOENT only after it has checked the permission (the system call in kernel/acct.c).
 */
#include "bench/probes/probe.h"

int main(void)
{
    if (acct("") < 0 && errno != ENOENT)
        return probe_failed("acct");
    return probe_report(VERDICT_ALLOWED, "may switch on accounting");
}
