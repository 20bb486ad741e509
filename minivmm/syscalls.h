/* SPDX-License-Identifier: MIT */
/*
 * System calls: one small function each, found by number in one table. A function gets the six
 * arguments as the program left them in registers (an int: its lower half alone), and returns what
 * the program finds in RAX: a result, or a negative errno. Each family has a file: memory, files,
 * process, time.
 */
#ifndef MINIVMM_SYSCALLS_H
#define MINIVMM_SYSCALLS_H

#include <errno.h>
#include <stdint.h>

#include "minivmm/gateway.h"
#include "minivmm/machine.h"

typedef int64_t syscall_function(struct minivmm *machine, const uint64_t args[6]);

/* Serve one call; ENOSYS, and a note for the report, for what is not in the table. */
int64_t syscalls_serve(struct minivmm *machine, uint64_t number, const uint64_t args[6]);

enum { SYSCALL_NAME_BYTES = 32 };

/* The kernel's name of a system call, or "system call N", written into buffer where needed. */
const char *syscalls_name(uint64_t number, char buffer[SYSCALL_NAME_BYTES]);

/* Write "fork, socket" to text: the calls that were answered ENOSYS. Its length; 0: there were
 * none. */
size_t syscalls_list_missing(const struct minivmm *machine, char *text, size_t size);

/* syscalls_memory.c */
syscall_function sys_brk, sys_mmap, sys_munmap, sys_mprotect, sys_mremap, sys_madvise;

/* syscalls_files.c */
syscall_function sys_read, sys_pread64, sys_readv, sys_write, sys_writev, sys_open, sys_openat,
    sys_close, sys_lseek, sys_dup, sys_dup2, sys_dup3, sys_fcntl, sys_ioctl;

/* syscalls_paths.c */
syscall_function sys_stat, sys_lstat, sys_fstat, sys_newfstatat, sys_access, sys_faccessat,
    sys_readlink, sys_readlinkat, sys_getcwd;

/* syscalls_process.c */
syscall_function sys_exit, sys_exit_group, sys_arch_prctl, sys_prctl, sys_set_tid_address,
    sys_set_robust_list, sys_rseq, sys_futex, sys_getpid, sys_zero, sys_getgroups, sys_prlimit64,
    sys_getrlimit, sys_uname, sys_sysinfo, sys_getrandom, sys_sched_getaffinity, sys_sched_yield,
    sys_rt_sigaction, sys_rt_sigprocmask, sys_sigaltstack, sys_kill, sys_tkill, sys_tgkill,
    sys_umask;

/* syscalls_time.c */
syscall_function sys_clock_gettime, sys_clock_getres, sys_gettimeofday, sys_time, sys_nanosleep,
    sys_clock_nanosleep, sys_times, sys_getrusage, sys_poll;

#endif
