/* SPDX-License-Identifier: MIT */
#include "minicontainer/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minicontainer/seccomp_filter.h" /* made from seccomp.list when the tool is built */

unsigned seccomp_instructions(bool nested, const struct sock_filter **instructions)
{
    *instructions = nested ? seccomp_filter_nested : seccomp_filter;
    return nested ? sizeof seccomp_filter_nested / sizeof *seccomp_filter_nested
                  : sizeof seccomp_filter / sizeof *seccomp_filter;
}

int seccomp_load(bool nested, struct error *error)
{
    const struct sock_filter *instructions;
    unsigned length = seccomp_instructions(nested, &instructions);
    /* The kernel only reads it, but the interface has no const. */
    const struct sock_fprog program = {(unsigned short)length, (struct sock_filter *)instructions};

    /*
     * From here on no execve(2) gives more privileges than before. Without this, a filter could
     * make a set-user-ID program fail in ways that it was never written for, so the kernel demands
     * it of all but root.
     */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot forbid new privileges");
    if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
        return error_set_errno(error, errno, "cannot load the system call filter");
    return 0;
}
