/* SPDX-License-Identifier: MIT */
/* From a list of system calls to a filter of the kernel (seccomp(2)), for one thread. */
#include "minivmm/devices/sandbox.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>

static const struct sandbox_call basic_table[] = {
    SANDBOX_CALL(SYS_futex),         /* locks */
    SANDBOX_CALL(SYS_clock_gettime), /* where the vDSO cannot tell the time */
    SANDBOX_CALL(SYS_rt_sigreturn),
    SANDBOX_CALL(SYS_rt_sigprocmask),
    SANDBOX_CALL(SYS_restart_syscall),
    SANDBOX_NO_CODE(SYS_mmap), /* malloc(3) */
    SANDBOX_NO_CODE(SYS_mprotect),
    SANDBOX_CALL(SYS_munmap),
    SANDBOX_CALL(SYS_madvise), /* a thread of glibc gives its stack back */
    SANDBOX_CALL(SYS_brk),
    SANDBOX_CALL(SYS_exit), /* of the thread */
};
const struct sandbox_group sandbox_basics =
    SANDBOX_GROUP("what the C library needs in every thread", basic_table);

/* The filter's language is classic BPF on a struct seccomp_data. */
enum { PROGRAM_MAX = 512, LONGEST_CALL = 5 };

struct program {
    unsigned short length;
    struct sock_filter code[PROGRAM_MAX];
};

static void emit(struct program *program, struct sock_filter instruction)
{
    program->code[program->length++] = instruction;
}

#define FIELD(field) ((uint32_t)offsetof(struct seccomp_data, field))

static void emit_load(struct program *program, uint32_t offset)
{
    emit(program, (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offset));
}

/* If what was loaded passes the test, go on so many instructions further, else so many. */
static void emit_jump(struct program *program, uint16_t test, uint32_t value, uint8_t yes,
                      uint8_t no)
{
    emit(program, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_K | test, value, yes, no));
}

static void emit_return(struct program *program, uint32_t action)
{
    emit(program, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, action));
}

/* The call's number is loaded before, and after if the call is not allowed by this. */
static void emit_call(struct program *program, const struct sandbox_call *call)
{
    const bool plain = call->condition == SANDBOX_ALWAYS;
    const uint32_t argument = FIELD(args) + call->argument * (uint32_t)sizeof(uint64_t);

    emit_jump(program, BPF_JEQ, (uint32_t)call->number, 0, plain ? 1 : 4);
    if (!plain) {
        emit_load(program, argument); /* its lower half: little-endian */
        if (call->condition == SANDBOX_IF_EQUAL)
            emit_jump(program, BPF_JEQ, call->value, 0, 1);
        else
            emit_jump(program, BPF_JSET, call->value, 1, 0);
    }
    emit_return(program, SECCOMP_RET_ALLOW);
    if (!plain)
        emit_load(program, FIELD(nr));
}

static int emit_filter(struct program *program, const struct sandbox_group *const *groups)
{
    /*
     * Does nothing. The kernel tries a new filter on every system call there is, to keep the
     * answers that cannot change; it gives up at an instruction whose outcome it does not follow,
     * and loading takes a quarter of the time. What the answers would save is less than that here.
     */
    emit(program, (struct sock_filter)BPF_STMT(BPF_MISC | BPF_TAX, 0));
    emit_load(program, FIELD(arch)); /* 32-bit calls have other numbers */
    emit_jump(program, BPF_JEQ, AUDIT_ARCH_X86_64, 1, 0);
    emit_return(program, SECCOMP_RET_KILL_PROCESS);
    emit_load(program, FIELD(nr));
    for (; *groups; groups++)
        for (size_t i = 0; i < (*groups)->count; i++) {
            if (program->length + LONGEST_CALL + 1 > PROGRAM_MAX)
                return -E2BIG;
            emit_call(program, &(*groups)->calls[i]);
        }
    emit_return(program, SECCOMP_RET_KILL_PROCESS);
    return 0;
}

int sandbox_thread(const struct sandbox_group *const *groups, struct error *error)
{
    struct program program = {0};

    int result = emit_filter(&program, groups);
    if (result < 0)
        return error_set_errno(error, -result, "the system call filter is too long");
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot give up new privileges");
#if !defined __SANITIZE_ADDRESS__ && !defined __SANITIZE_THREAD__ /* they have needs of their own  \
                                                                   */
    const struct sock_fprog filter = {.len = program.length, .filter = program.code};
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) < 0)
        return error_set_errno(error, errno, "cannot load the system call filter");
#endif
    return 0;
}
