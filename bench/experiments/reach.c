/* SPDX-License-Identifier: MIT */
#include "bench/experiments/reach.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/i18n.h"

/* Well above what it takes to stop a task that is not stuck in the kernel. */
#define STOP_TIMEOUT_NS (2 * NS_PER_S)

static const int numbers_64[] = {
#include "bench/experiments/syscalls_64.inc" /* made from asm/unistd_64.h */
};
static const int numbers_32[] = {
#include "bench/experiments/syscalls_32.inc"
};
const struct reach_abi reach_abi_64 = {"x86-64", AUDIT_ARCH_X86_64, numbers_64,
                                       sizeof numbers_64 / sizeof *numbers_64};
const struct reach_abi reach_abi_32 = {"i386", AUDIT_ARCH_I386, numbers_32,
                                       sizeof numbers_32 / sizeof *numbers_32};

/* --- Reading. */

static int read_mode(pid_t task, unsigned *mode, struct error *error)
{
    char path[64], line[256];
    int found = 0;

    snprintf(path, sizeof path, "/proc/%d/status", (int)task);
    FILE *file = fopen(path, "re");
    if (!file)
        return error_set_errno(error, errno == ENOENT ? ESRCH : errno, _("cannot read %s"), path);
    *mode = 0; /* a kernel without the line has no filters */
    while (!found && fgets(line, sizeof line, file))
        found = sscanf(line, "Seccomp: %u", mode) == 1;
    fclose(file);
    return 0;
}

/* Wait until the task stands. Never reaps it: its end is for others to see. */
static int await_stop(pid_t task, struct error *error)
{
    const struct timespec pause = {.tv_nsec = 200 * NS_PER_US};
    int64_t deadline_ns = clock_now_ns() + STOP_TIMEOUT_NS;

    while (clock_now_ns() < deadline_ns) {
        siginfo_t info = {0};
        if (waitid(P_PID, (id_t)task, &info, WSTOPPED | WNOHANG | __WALL) < 0)
            return error_set_errno(error, errno, _("cannot wait for process %d"), (int)task);
        if (info.si_pid != 0)
            return 0;
        nanosleep(&pause, NULL);
    }
    return error_set(error, ETIMEDOUT, _("process %d did not stop in time"), (int)task);
}

static long get_filter(pid_t task, unsigned index, struct sock_filter *instructions)
{
    return ptrace(PTRACE_SECCOMP_GET_FILTER, task, (void *)(uintptr_t)index, instructions);
}

/* The index-th filter, the last that was loaded first. Returns 1 if there is none. */
static int read_filter(struct reach_filters *filters, pid_t task, unsigned index,
                       struct error *error)
{
    long length = get_filter(task, index, NULL);

    if (length < 0 && errno == ENOENT)
        return 1;
    if (length < 0 && errno == EINVAL)
        return error_set(error, ENOTSUP, _("this kernel does not hand out filters"));
    if (length < 0)
        return error_set_errno(error, errno == EACCES ? EPERM : errno,
                               _("cannot read the filter of process %d"), (int)task);
    if (index == REACH_FILTERS_MAX || length == 0 || length > BPF_LENGTH_MAX)
        return error_set(error, E2BIG, _("process %d has more filters than are read here"),
                         (int)task);
    struct sock_filter *instructions = calloc((size_t)length, sizeof *instructions);
    if (!instructions)
        return error_set_errno(error, ENOMEM, "cannot read a filter");
    filters->programs[index] = (struct bpf_program){instructions, (unsigned)length};
    filters->count = index + 1;
    if (get_filter(task, index, instructions) != length)
        return error_set_errno(error, EIO, _("cannot read the filter of process %d"), (int)task);
    return bpf_check(&filters->programs[index], error);
}

static int read_filters(struct reach_filters *filters, pid_t task, struct error *error)
{
    if (ptrace(PTRACE_SEIZE, task, NULL, NULL) < 0)
        return error_set_errno(error, errno, _("cannot read the filter of process %d"), (int)task);
    int result = 0;
    if (ptrace(PTRACE_INTERRUPT, task, NULL, NULL) < 0)
        result = error_set_errno(error, errno, _("cannot stop process %d"), (int)task);
    if (result == 0)
        result = await_stop(task, error);
    for (unsigned index = 0; result == 0; index++)
        result = read_filter(filters, task, index, error);
    ptrace(PTRACE_DETACH, task, NULL, NULL);
    return result < 0 ? result : 0;
}

int reach_read(struct reach_filters *filters, pid_t task, struct error *error)
{
    *filters = (struct reach_filters){0};
    int result = read_mode(task, &filters->mode, error);
    if (result == 0 && filters->mode == SECCOMP_MODE_FILTER)
        result = read_filters(filters, task, error);
    if (result < 0)
        reach_free(filters);
    return result;
}

void reach_free(struct reach_filters *filters)
{
    for (unsigned i = 0; i < filters->count; i++)
        free((void *)filters->programs[i].instructions);
    *filters = (struct reach_filters){0};
}

/* --- Judging. */

#define BIT(action) (1u << (action))

/* One filter's answer alone. */
static enum reach reach_of(unsigned actions)
{
    const unsigned made = BIT(BPF_ACTION_ALLOW) | BIT(BPF_ACTION_LOG);
    const unsigned killed = BIT(BPF_ACTION_KILL_PROCESS) | BIT(BPF_ACTION_KILL_THREAD);

    if ((actions & ~made) == 0)
        return REACH_ALLOWED;
    if (actions & made)
        return REACH_ARGUMENTS;
    if (actions & ~(killed | BIT(BPF_ACTION_ERRNO)))
        return REACH_OTHER;
    return actions & BIT(BPF_ACTION_ERRNO) ? REACH_ERRNO : REACH_KILLED;
}

/* The calls that strict mode leaves (seccomp(2)). */
static enum reach judge_strictly(uint32_t arch, int number)
{
    static const int calls[] = {SYS_read, SYS_write, SYS_exit, SYS_rt_sigreturn};
    static const int calls_32[] = {3, 4, 1, 119}; /* the same in asm/unistd_32.h */
    const int *list = arch == AUDIT_ARCH_I386 ? calls_32 : calls;

    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
        if (list[i] == number)
            return REACH_ALLOWED;
    return REACH_KILLED;
}

int reach_judge(const struct reach_filters *filters, uint32_t arch, int number, enum reach *reach,
                struct error *error)
{
    const struct seccomp_data data = {.nr = number, .arch = arch};

    *reach = REACH_ALLOWED;
    if (filters->mode == SECCOMP_MODE_STRICT)
        *reach = judge_strictly(arch, number);
    for (unsigned i = 0; i < filters->count; i++) {
        struct bpf_answers answers;
        int result = bpf_answers(&filters->programs[i], &data, false, &answers, error);
        if (result < 0)
            return result;
        enum reach this = reach_of(answers.actions);
        if (this > *reach)
            *reach = this;
    }
    return 0;
}

int reach_count(const struct reach_filters *tasks, size_t task_count, const struct reach_abi *abi,
                struct reach_counts *counts, struct error *error)
{
    *counts = (struct reach_counts){0};
    for (size_t i = 0; i < abi->count; i++) {
        enum reach best = REACH_KILLED, reach;
        for (size_t task = 0; task < task_count; task++) {
            int result = reach_judge(&tasks[task], abi->arch, abi->numbers[i], &reach, error);
            if (result < 0)
                return result;
            if (reach < best)
                best = reach;
        }
        counts->calls[best]++;
    }
    return 0;
}
