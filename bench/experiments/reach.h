/* SPDX-License-Identifier: MIT */
/*
 * Which system calls would a task's filters let through? Read out of the kernel and judged by
 * running them (bpf.h); none of the calls is made. (Tools that try each call once to see which fail
 * have changed the names of hosts, and hung them.)
 */
#ifndef VIRTLAB_REACH_H
#define VIRTLAB_REACH_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "bench/experiments/bpf.h"
#include "common/error.h"

/* What becomes of a call, from the most open answer on. */
enum reach {
    REACH_ALLOWED,   /* it is made, whatever its arguments */
    REACH_ARGUMENTS, /* that depends on its arguments */
    REACH_OTHER,     /* a signal to the program, or another process decides */
    REACH_ERRNO,     /* it fails with an error */
    REACH_KILLED,    /* the thread or process is killed */
    REACHES,
};

enum { REACH_FILTERS_MAX = 32 };

/* The filters of one task. */
struct reach_filters {
    unsigned mode;  /* proc_pid_status(5), "Seccomp": 0 none, 1 strict, 2 filters */
    unsigned count; /* with mode 2 */
    struct bpf_program programs[REACH_FILTERS_MAX];
};

/*
 * Read them: by /proc, and where there are filters by PTRACE_SECCOMP_GET_FILTER (ptrace(2)), which
 * stops the task for a moment. Errors: -EPERM (it takes CAP_SYS_ADMIN, and being under no filter
 * oneself), -ENOTSUP (this kernel does not hand out filters), -ESRCH (it is gone). After success,
 * reach_free() must follow.
 */
int reach_read(struct reach_filters *filters, pid_t task, struct error *error);
void reach_free(struct reach_filters *filters);

/*
 * What becomes of the call `number` of the ABI `arch` (AUDIT_ARCH_...). The kernel asks every
 * filter and follows the harshest. Errors: -ENOMEM.
 */
int reach_judge(const struct reach_filters *filters, uint32_t arch, int number, enum reach *reach,
                struct error *error);

/* An ABI and its system calls, as the kernel's headers name them. */
struct reach_abi {
    const char *name;
    uint32_t arch;
    const int *numbers;
    size_t count;
};
extern const struct reach_abi reach_abi_64, reach_abi_32;

/*
 * How many of the ABI's calls meet with each answer. With several tasks, a call counts as the one
 * of them may that may most.
 */
struct reach_counts {
    unsigned calls[REACHES];
};
int reach_count(const struct reach_filters *tasks, size_t task_count, const struct reach_abi *abi,
                struct reach_counts *counts, struct error *error);

#endif
