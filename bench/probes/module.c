/* SPDX-License-Identifier: MIT */
/*
 * module: can code be loaded into the host's kernel? Loads an empty image. The kernel answers EPERM
 * to whoever lacks CAP_SYS_MODULE before it looks at the image (may_init_module() in
 * kernel/module/main.c), and ENOEXEC, loading nothing, to whoever has it.
 */
#include <sys/syscall.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (syscall(SYS_init_module, "", 0L, "") < 0 && errno != ENOEXEC)
        return probe_failed("init_module");
    return probe_report(VERDICT_ALLOWED, "init_module has the permission");
}
