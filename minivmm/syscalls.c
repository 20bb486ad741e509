/* SPDX-License-Identifier: MIT */
#include "minivmm/syscalls.h"

#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static const char *const names[SYSCALL_NUMBERS] = {
#include "minivmm/syscall_names.inc"
};

/* Arguments that Linux declares as int: it looks at the lower half of the register alone. */
enum { NONE = 0, FIRST = 1, SECOND = 2, THIRD = 4, FOURTH = 8, FIFTH = 16 };

/* Everything that the machine serves. What is not here is answered ENOSYS. */
static const struct {
    syscall_function *serve;
    unsigned ints;
} table[SYSCALL_NUMBERS] = {
  /* clang-format off */
    [SYS_brk]               = {sys_brk, NONE},
    [SYS_mmap]              = {sys_mmap, FIFTH},
    [SYS_munmap]            = {sys_munmap, NONE},
    [SYS_mprotect]          = {sys_mprotect, NONE},
    [SYS_mremap]            = {sys_mremap, NONE},
    [SYS_madvise]           = {sys_madvise, THIRD},

    [SYS_read]              = {sys_read, FIRST},
    [SYS_pread64]           = {sys_pread64, FIRST},
    [SYS_readv]             = {sys_readv, FIRST},
    [SYS_write]             = {sys_write, FIRST},
    [SYS_writev]            = {sys_writev, FIRST},
    [SYS_open]              = {sys_open, SECOND},
    [SYS_openat]            = {sys_openat, FIRST | THIRD},
    [SYS_close]             = {sys_close, FIRST},
    [SYS_lseek]             = {sys_lseek, FIRST | THIRD},
    [SYS_dup]               = {sys_dup, FIRST},
    [SYS_dup2]              = {sys_dup2, FIRST | SECOND},
    [SYS_dup3]              = {sys_dup3, FIRST | SECOND | THIRD},
    [SYS_fcntl]             = {sys_fcntl, FIRST | SECOND},
    [SYS_ioctl]             = {sys_ioctl, FIRST | SECOND},

    [SYS_stat]              = {sys_stat, NONE},
    [SYS_lstat]             = {sys_lstat, NONE},
    [SYS_fstat]             = {sys_fstat, FIRST},
    [SYS_newfstatat]        = {sys_newfstatat, FIRST | FOURTH},
    [SYS_access]            = {sys_access, SECOND},
    [SYS_faccessat]         = {sys_faccessat, FIRST | THIRD},
    [SYS_faccessat2]        = {sys_faccessat, FIRST | THIRD | FOURTH},
    [SYS_readlink]          = {sys_readlink, THIRD},
    [SYS_readlinkat]        = {sys_readlinkat, FIRST | FOURTH},
    [SYS_getcwd]            = {sys_getcwd, NONE},

    [SYS_exit]              = {sys_exit, FIRST},
    [SYS_exit_group]        = {sys_exit_group, FIRST},
    [SYS_arch_prctl]        = {sys_arch_prctl, FIRST},
    [SYS_prctl]             = {sys_prctl, FIRST},
    [SYS_set_tid_address]   = {sys_set_tid_address, NONE},
    [SYS_set_robust_list]   = {sys_set_robust_list, NONE},
    [SYS_rseq]              = {sys_rseq, SECOND | THIRD | FOURTH},
    [SYS_futex]             = {sys_futex, SECOND | THIRD},
    [SYS_getpid]            = {sys_getpid, NONE},
    [SYS_gettid]            = {sys_getpid, NONE},
    [SYS_getpgrp]           = {sys_getpid, NONE},
    [SYS_getpgid]           = {sys_getpid, FIRST},
    [SYS_getsid]            = {sys_getpid, FIRST},
    [SYS_getppid]           = {sys_zero, NONE},
    [SYS_getuid]            = {sys_zero, NONE},
    [SYS_geteuid]           = {sys_zero, NONE},
    [SYS_getgid]            = {sys_zero, NONE},
    [SYS_getegid]           = {sys_zero, NONE},
    [SYS_getgroups]         = {sys_getgroups, FIRST},
    [SYS_prlimit64]         = {sys_prlimit64, FIRST | SECOND},
    [SYS_getrlimit]         = {sys_getrlimit, FIRST},
    [SYS_uname]             = {sys_uname, NONE},
    [SYS_sysinfo]           = {sys_sysinfo, NONE},
    [SYS_getrandom]         = {sys_getrandom, THIRD},
    [SYS_sched_getaffinity] = {sys_sched_getaffinity, FIRST | SECOND},
    [SYS_sched_yield]       = {sys_sched_yield, NONE},
    [SYS_rt_sigaction]      = {sys_rt_sigaction, FIRST},
    [SYS_rt_sigprocmask]    = {sys_rt_sigprocmask, FIRST},
    [SYS_sigaltstack]       = {sys_sigaltstack, NONE},
    [SYS_kill]              = {sys_kill, FIRST | SECOND},
    [SYS_tkill]             = {sys_tkill, FIRST | SECOND},
    [SYS_tgkill]            = {sys_tgkill, FIRST | SECOND | THIRD},
    [SYS_umask]             = {sys_umask, FIRST},

    [SYS_clock_gettime]     = {sys_clock_gettime, FIRST},
    [SYS_clock_getres]      = {sys_clock_getres, FIRST},
    [SYS_gettimeofday]      = {sys_gettimeofday, NONE},
    [SYS_time]              = {sys_time, NONE},
    [SYS_nanosleep]         = {sys_nanosleep, NONE},
    [SYS_clock_nanosleep]   = {sys_clock_nanosleep, FIRST | SECOND},
    [SYS_times]             = {sys_times, NONE},
    [SYS_getrusage]         = {sys_getrusage, FIRST},
    [SYS_poll]              = {sys_poll, SECOND | THIRD},
  /* clang-format on */
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

    if (number < SYSCALL_NUMBERS && table[number].serve) {
        uint64_t narrowed[6];
        for (unsigned i = 0; i < 6; i++)
            narrowed[i] = table[number].ints >> i & 1 ? (uint32_t)args[i] : args[i];
        result = table[number].serve(machine, narrowed);
    } else if (number < SYSCALL_NUMBERS) {
        machine->missing[number] = true;
    } else {
        machine->missing_others = true;
    }

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
