/* SPDX-License-Identifier: MIT */
#include "minivmm/syscalls.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static const char *const names[SYSCALL_NUMBERS] = {
#include "minivmm/syscall_names.inc"
};

/* Everything that the machine serves. What is not here is answered ENOSYS. */
static syscall_function *const table[SYSCALL_NUMBERS] = {
    [SYS_brk] = sys_brk,
    [SYS_mmap] = sys_mmap,
    [SYS_munmap] = sys_munmap,
    [SYS_mprotect] = sys_mprotect,
    [SYS_mremap] = sys_mremap,
    [SYS_madvise] = sys_madvise,

    [SYS_read] = sys_read,
    [SYS_pread64] = sys_pread64,
    [SYS_readv] = sys_readv,
    [SYS_write] = sys_write,
    [SYS_writev] = sys_writev,
    [SYS_open] = sys_open,
    [SYS_openat] = sys_openat,
    [SYS_close] = sys_close,
    [SYS_lseek] = sys_lseek,
    [SYS_dup] = sys_dup,
    [SYS_dup2] = sys_dup2,
    [SYS_dup3] = sys_dup3,
    [SYS_fcntl] = sys_fcntl,
    [SYS_ioctl] = sys_ioctl,

    [SYS_stat] = sys_stat,
    [SYS_lstat] = sys_lstat,
    [SYS_fstat] = sys_fstat,
    [SYS_newfstatat] = sys_newfstatat,
    [SYS_access] = sys_access,
    [SYS_faccessat] = sys_faccessat,
    [SYS_faccessat2] = sys_faccessat,
    [SYS_readlink] = sys_readlink,
    [SYS_readlinkat] = sys_readlinkat,
    [SYS_getcwd] = sys_getcwd,

    [SYS_exit] = sys_exit,
    [SYS_exit_group] = sys_exit_group,
    [SYS_arch_prctl] = sys_arch_prctl,
    [SYS_prctl] = sys_prctl,
    [SYS_set_tid_address] = sys_set_tid_address,
    [SYS_set_robust_list] = sys_set_robust_list,
    [SYS_rseq] = sys_rseq,
    [SYS_getpid] = sys_getpid,
    [SYS_gettid] = sys_getpid,
    [SYS_getpgrp] = sys_getpid,
    [SYS_getpgid] = sys_getpid,
    [SYS_getsid] = sys_getpid,
    [SYS_getppid] = sys_zero,
    [SYS_getuid] = sys_zero,
    [SYS_geteuid] = sys_zero,
    [SYS_getgid] = sys_zero,
    [SYS_getegid] = sys_zero,
    [SYS_getgroups] = sys_getgroups,
    [SYS_prlimit64] = sys_prlimit64,
    [SYS_getrlimit] = sys_getrlimit,
    [SYS_uname] = sys_uname,
    [SYS_sysinfo] = sys_sysinfo,
    [SYS_getrandom] = sys_getrandom,
    [SYS_sched_getaffinity] = sys_sched_getaffinity,
    [SYS_sched_yield] = sys_sched_yield,
    [SYS_rt_sigaction] = sys_rt_sigaction,
    [SYS_rt_sigprocmask] = sys_rt_sigprocmask,
    [SYS_sigaltstack] = sys_sigaltstack,
    [SYS_kill] = sys_kill,
    [SYS_tkill] = sys_tkill,
    [SYS_tgkill] = sys_tgkill,
    [SYS_umask] = sys_umask,

    [SYS_clock_gettime] = sys_clock_gettime,
    [SYS_clock_getres] = sys_clock_getres,
    [SYS_gettimeofday] = sys_gettimeofday,
    [SYS_time] = sys_time,
    [SYS_nanosleep] = sys_nanosleep,
    [SYS_clock_nanosleep] = sys_clock_nanosleep,
    [SYS_times] = sys_times,
    [SYS_getrusage] = sys_getrusage,
    [SYS_poll] = sys_poll,
};

const char *syscalls_name(uint64_t number, char buffer[SYSCALL_NAME_BYTES])
{
    if (number < SYSCALL_NUMBERS && names[number])
        return names[number];
    snprintf(buffer, SYSCALL_NAME_BYTES, "system call %llu", (unsigned long long)number);
    return buffer;
}

int64_t syscalls_serve(struct minivmm *machine, uint64_t number, const uint64_t args[6])
{
    const struct trace *trace = &machine->config.trace;
    bool timed = machine->config.measure || trace->event;
    int64_t start = timed ? clock_now_ns() : 0;
    int64_t result = -ENOSYS;

    if (number < SYSCALL_NUMBERS && table[number])
        result = table[number](machine, args);
    else if (number < SYSCALL_NUMBERS)
        machine->missing[number] = true;
    else
        machine->missing_others = true;

    if (timed) {
        char name[SYSCALL_NAME_BYTES], detail[64];
        struct trace_step step = {.name = syscalls_name(number, name)};
        stats_add(&machine->stats.calls[number < SYSCALL_NUMBERS ? number : SYSCALL_NUMBERS - 1],
                  clock_now_ns() - start);
        snprintf(detail, sizeof detail, "%#llx, %#llx, %#llx: %lld", (unsigned long long)args[0],
                 (unsigned long long)args[1], (unsigned long long)args[2], (long long)result);
        trace_end(trace, TRACE_SYSCALL, &step, start, detail);
    }
    return result;
}

size_t syscalls_list_missing(const struct minivmm *machine, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (unsigned i = 0; i <= SYSCALL_NUMBERS && length < size; i++) {
        char buffer[SYSCALL_NAME_BYTES];
        const char *name = "numbers that no call has";
        if (i < SYSCALL_NUMBERS ? !machine->missing[i] : !machine->missing_others)
            continue;
        if (i < SYSCALL_NUMBERS)
            name = syscalls_name(i, buffer);
        length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "", name);
    }
    return length;
}
