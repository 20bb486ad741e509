/* SPDX-License-Identifier: MIT */
/*
 * sysrq: can the host be crashed or all its processes killed by one letter in /proc/sysrq-trigger?
 * Only the permission is tested: the file is opened for writing, and nothing is written.
 */
#include <linux/magic.h>
#include <sys/vfs.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct statfs system;
    int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return probe_failed("open for writing");
    if (fstatfs(fd, &system) == 0 && system.f_type != PROC_SUPER_MAGIC)
        return probe_report(VERDICT_CONTAINED, "another file stands in its place");
    return probe_report(VERDICT_ALLOWED, "may write /proc/sysrq-trigger");
}
