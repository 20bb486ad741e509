/* SPDX-License-Identifier: MIT */
/*
 * kexec: can another kernel be put in the place of the host's? Only the permission is tested: all
 * flags at once are no flags, and the kernel says EINVAL of them only after it has checked the
 * permission (kexec_load_check() in kernel/kexec.c).
 */
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (syscall(SYS_kexec_load, 0L, 0L, NULL, 0xffffL) < 0 && errno != EINVAL)
        return probe_failed("kexec_load");
    return probe_report(VERDICT_ALLOWED, "may load another kernel");
}
