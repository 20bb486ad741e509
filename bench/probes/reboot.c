/* SPDX-License-Identifier: MIT */
/*
 * reboot: can the host be shut down? Only the permission is tested: reboot(2) does nothing without
 * its magic numbers, and none of them is given. The kernel answers EPERM to whoever lacks
 * CAP_SYS_BOOT before it looks at them (the system call in kernel/reboot.c), and EINVAL to whoever
 * has it. In a PID namespace of one's own, the real call would end that namespace alone.
 */
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (syscall(SYS_reboot, 0L, 0L, 0L, NULL) < 0 && errno != EINVAL)
        return probe_failed("reboot");
    return probe_report(VERDICT_ALLOWED, "reboot has the permission");
}
