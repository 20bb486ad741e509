/* SPDX-License-Identifier: MIT */
#include "minicontainer/seccomp.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minicontainer/seccomp_filter.h" /* made from seccomp.list when the tool is built */

enum { FILTER_LENGTH = sizeof seccomp_filter / sizeof *seccomp_filter };

unsigned seccomp_instructions(const struct sock_filter **instructions)
{
    *instructions = seccomp_filter;
    return FILTER_LENGTH;
}

int seccomp_load(struct error *error)
{
    /* The kernel only reads it, but the interface has no const. */
    const struct sock_fprog program = {FILTER_LENGTH, (struct sock_filter *)seccomp_filter};

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
