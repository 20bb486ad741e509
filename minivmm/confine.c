/* SPDX-License-Identifier: MIT */
/*
 * The second wall. The first one is the machine: a guest reaches the VMM only through exits and
 * the functions that serve them. Should one of those be wrong, a program that has taken over the
 * VMM finds itself here: no file can be opened, nothing executed, no socket made.
 */
#include <asm/ioctls.h>
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>

#include "minivmm/kvm.h"
#include "minivmm/minivmm.h"

/* The filter's language is classic BPF on a struct seccomp_data (seccomp(2)). */
#define LOAD(field)    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define RETURN(action) BPF_STMT(BPF_RET | BPF_K, (action))
/* If what was loaded is value, go on; else skip so many instructions. */
#define IF(value, skip)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (skip))
#define IF_BIT(bits, skip) BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, (skip))

#define REFUSE       RETURN(SECCOMP_RET_KILL_PROCESS)
#define ALLOW(value) IF(value, 1), RETURN(SECCOMP_RET_ALLOW)
/* mmap and mprotect: their third argument is the access. */
#define ALLOW_UNLESS_EXECUTABLE(call)                                                              \
    IF(call, 4), LOAD(args[2]), IF_BIT(PROT_EXEC, 1), REFUSE, RETURN(SECCOMP_RET_ALLOW)

static const struct sock_filter filter[] = {
    /*
     * Does nothing. The kernel tries a new filter on every system call there is, to keep the
     * answers that cannot change; it gives up at an instruction whose outcome it does not follow,
     * and loading takes a quarter of the time. What the answers would save is less than that here.
     */
    BPF_STMT(BPF_MISC | BPF_TAX, 0),
    LOAD(arch), /* 32-bit calls have other numbers */
    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_X86_64, 1, 0),
    REFUSE,
    LOAD(nr),

    /* Running the vCPU, setting FS, plugging memory; isatty and the window's size. First, because
     * it is what is called most. Not TIOCSTI, which types into the terminal. */
    IF(SYS_ioctl, 12),
    LOAD(args[1]),
    ALLOW(KVM_RUN),
    ALLOW(KVM_SET_MSRS),
    ALLOW(KVM_SET_USER_MEMORY_REGION),
    ALLOW(TCGETS),
    ALLOW(TIOCGWINSZ),
    REFUSE,

    /* Reading and writing what is open. */
    ALLOW(SYS_writev),
    ALLOW(SYS_write),
    ALLOW(SYS_readv),
    ALLOW(SYS_read),
    ALLOW(SYS_preadv),
    ALLOW(SYS_pread64),
    ALLOW(SYS_lseek),
    ALLOW(SYS_fstat),
    ALLOW(SYS_newfstatat),
    ALLOW(SYS_poll),
    ALLOW(SYS_close),

    /* Memory, and none of it executable. */
    ALLOW_UNLESS_EXECUTABLE(SYS_mmap),
    ALLOW_UNLESS_EXECUTABLE(SYS_mprotect),
    ALLOW(SYS_madvise),
    ALLOW(SYS_munmap),
    ALLOW(SYS_brk),

    /* Time, random numbers, and our own CPU time. */
    ALLOW(SYS_clock_gettime),
    ALLOW(SYS_clock_getres),
    ALLOW(SYS_clock_nanosleep),
    ALLOW(SYS_nanosleep),
    ALLOW(SYS_gettimeofday),
    ALLOW(SYS_time),
    ALLOW(SYS_times),
    ALLOW(SYS_getrusage),
    ALLOW(SYS_getrandom),
    ALLOW(SYS_getpid), /* the timeline asks whether it was forked */

    /* The timeout, and the end. */
    ALLOW(SYS_setitimer),
    ALLOW(SYS_rt_sigaction),
    ALLOW(SYS_rt_sigprocmask),
    ALLOW(SYS_rt_sigreturn),
    ALLOW(SYS_restart_syscall),
    ALLOW(SYS_exit_group),
    ALLOW(SYS_exit),
    REFUSE,
};

int minivmm_confine(struct error *error)
{
    const struct sock_fprog program = {
        .len = sizeof filter / sizeof *filter,
        .filter = (struct sock_filter *)filter, /* the kernel only reads it */
    };

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot give up new privileges");
#if defined __SANITIZE_ADDRESS__ /* it has needs of its own */
    (void)program;
#else
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
        return error_set_errno(error, errno, "cannot load the system call filter");
#endif
    return 0;
}
