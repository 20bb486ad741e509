/* SPDX-License-Identifier: MIT */
/*
 * kernel-log: can the host's kernel log be read, which tells of every tenant's crashes and of
 * addresses in the kernel? Reads the last bytes and drops them (SYSLOG_ACTION_READ_ALL, syslog(2));
 * who may is set by kernel.dmesg_restrict.
 */
#include <sys/klog.h>

#include "bench/probes/probe.h"

enum { SYSLOG_ACTION_READ_ALL = 3 };

int main(void)
{
    char text[256];
    int length = klogctl(SYSLOG_ACTION_READ_ALL, text, sizeof(text));
    if (length < 0)
        return probe_failed("syslog");
    return probe_report(VERDICT_ALLOWED, "read %d bytes of the log", length);
}
