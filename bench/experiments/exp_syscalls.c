/* SPDX-License-Identifier: MIT */
/*
 * syscalls: which system calls of the host's kernel can be reached out of a box? Each is a piece of
 * that kernel which everybody on the host shares, with the mistakes in it.
 *
 * A program waits in the box; the filters of its threads are read out of the kernel and run on
 * every call that there is (reach.h). No call is made.
 *
 * Where the program is a process of the host, its own filters are meant (source "program"). A
 * program in a virtual machine makes no call to the host at all: the VMM answers it, or a kernel of
 * its own. Only if it should take over the VMM does it get to the host's kernel, and then it may
 * what the VMM's threads may: those are counted, all together, since they share their memory
 * (source "vmm"; the VMM is the process of the box that holds most memory: the guest's is in it).
 * The two figures answer different questions, so there is no ratio between them.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/reach.h"
#include "bench/harness/workload.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

#define NAME "syscalls"

enum { TASKS_MAX = 256, EXPECTED_TRIAL_MS = 60 };

struct look {
    char program[PATHS_MAX];
    bool interprets; /* the platform whose turn it is: see struct platform */
};

/* The tasks whose filters are meant. */
struct tasks {
    bool is_program;
    size_t count;
    struct reach_filters filters[TASKS_MAX];
};

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)session->box_count * EXPECTED_TRIAL_MS * NS_PER_MS;
}

struct program {
    int file;
    off_t size;
};

static bool same_bytes(int one, int other, off_t length)
{
    char bytes[2][4096];

    for (off_t at = 0; at < length;) {
        ssize_t got = pread(one, bytes[0], sizeof bytes[0], at);
        if (got <= 0 || pread(other, bytes[1], (size_t)got, at) != got ||
            memcmp(bytes[0], bytes[1], (size_t)got) != 0)
            return false;
        at += got;
    }
    return true;
}

/* Whether the process executes the program's file, or a copy that the box was given. */
static bool runs_program(pid_t pid, const struct program *program)
{
    char path[64];
    struct stat status;

    snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    int file = open(path, O_RDONLY | O_CLOEXEC);
    bool is_it = file >= 0 && fstat(file, &status) == 0 && status.st_size == program->size &&
                 same_bytes(file, program->file, program->size);
    if (file >= 0)
        close(file);
    return is_it;
}

/* A thread that has ended meanwhile can make no calls. */
static int read_threads(struct tasks *tasks, pid_t pid, struct error *error)
{
    char path[64];
    struct dirent *entry;
    int result = 0;

    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *threads = opendir(path);
    while (threads && result == 0 && (entry = readdir(threads))) {
        pid_t thread = (pid_t)strtol(entry->d_name, NULL, 10);
        if (thread <= 0)
            continue;
        if (tasks->count == TASKS_MAX)
            result = error_set(error, E2BIG, _("the box has more threads than are looked at here"));
        else if ((result = reach_read(&tasks->filters[tasks->count], thread, error)) == 0)
            tasks->count++;
        else if (result == -ESRCH)
            result = 0;
    }
    if (threads)
        closedir(threads);
    return result;
}

/* In pages; 0 when it is gone. The second number of statm, proc_pid_statm(5). */
static long resident_pages(pid_t pid)
{
    char path[64];
    long pages = 0;

    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (file && fscanf(file, "%*d %ld", &pages) != 1)
        pages = 0;
    if (file)
        fclose(file);
    return pages;
}

/* The program's process where that is one of the host, else the VMM's. */
static pid_t choose_process(struct tasks *tasks, const struct tree *tree,
                            const struct program *program)
{
    pid_t largest = 0;
    long most = 0;

    if (tasks->is_program) /* the tool is the program, by what its platform says */
        return tree->pids[0];
    for (size_t i = 0; i < tree->count; i++) {
        long pages = resident_pages(tree->pids[i]);
        tasks->is_program = runs_program(tree->pids[i], program);
        if (tasks->is_program)
            return tree->pids[i];
        if (pages > most) {
            most = pages;
            largest = tree->pids[i];
        }
    }
    return largest;
}

static int read_tasks(struct tasks *tasks, pid_t tool, const char *program, struct error *error)
{
    struct tree *tree = malloc(sizeof *tree);
    struct stat status;
    struct program known = {.file = open(program, O_RDONLY | O_CLOEXEC)};
    int result = tree ? tree_read(tree, tool) : -ENOMEM;

    if (result == 0 && (known.file < 0 || fstat(known.file, &status) < 0))
        result = -errno;
    if (result < 0) {
        error_set_errno(error, -result, _("cannot look at the processes of the box"));
    } else {
        known.size = status.st_size;
        result = read_threads(tasks, choose_process(tasks, tree, &known), error);
    }
    if (result == 0 && tasks->count == 0)
        result = error_set(error, ESRCH, _("the box was gone before it was looked at"));
    if (known.file >= 0)
        close(known.file);
    free(tree);
    return result;
}

static int record_reach(const struct tasks *tasks, struct record *record, struct error *error)
{
    struct reach_counts own, other;
    unsigned filters = 0;

    int result = reach_count(tasks->filters, tasks->count, &reach_abi_64, &own, error);
    if (result == 0)
        result = reach_count(tasks->filters, tasks->count, &reach_abi_32, &other, error);
    if (result < 0)
        return result;
    for (size_t i = 0; i < tasks->count; i++)
        if (tasks->filters[i].count > filters)
            filters = tasks->filters[i].count;
    record_param_text(record, "source", tasks->is_program ? "program" : "vmm");
    record_metric(record, "reachable_n", own.calls[REACH_ALLOWED] + own.calls[REACH_ARGUMENTS]);
    record_metric(record, "allowed_n", own.calls[REACH_ALLOWED]);
    record_metric(record, "conditional_n", own.calls[REACH_ARGUMENTS]);
    record_metric(record, "errno_n", own.calls[REACH_ERRNO]);
    record_metric(record, "killed_n", own.calls[REACH_KILLED]);
    record_metric(record, "other_n", own.calls[REACH_OTHER]);
    record_metric(record, "reachable32_n",
                  other.calls[REACH_ALLOWED] + other.calls[REACH_ARGUMENTS]);
    record_metric(record, "filters_n", filters);
    record_metric(record, "threads_n", (int64_t)tasks->count);
    return 0;
}

static int look(const struct look *look, pid_t tool, struct record *record, struct error *error)
{
    struct tasks *tasks = calloc(1, sizeof *tasks);

    if (!tasks)
        return error_set_errno(error, ENOMEM, "cannot look at the box");
    tasks->is_program = look->interprets;
    int result = read_tasks(tasks, tool, look->program, error);
    if (result == 0)
        result = record_reach(tasks, record, error);
    for (size_t i = 0; i < tasks->count; i++)
        reach_free(&tasks->filters[i]);
    free(tasks);
    return result;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct look *here = context;
    struct trial trial = {
        .platform = contender->platform,
        .program = here->program,
        .input = true,
    };
    struct workload box = {0};
    enum record_status status = RECORD_FAILED;

    here->interprets = contender->platform->interprets;
    int result = trial_start(session, &trial, &box.process, error);
    if (result < 0)
        return trial_failed(record, status, error);
    record->t0_ns = box.process.t0_ns;
    result = workload_await_ready(&box, &status, error);
    if (result == 0) {
        result = look(here, box.process.pid, record, error);
        if (result == -EPERM || result == -ENOTSUP)
            status = RECORD_SKIPPED;
    }
    workload_kill(&box);
    if (result < 0)
        return trial_failed(record, status, error);
    record->status = RECORD_OK;
    record->exit = 0;
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct look here;
    struct schedule_plan plan = {
        .experiment = NAME, .workload = "idle", .blocks = 1, /* a filter says the same every time */
    };

    int result = session_program(session, "idle", here.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, NAME, "idle", false, contenders, error);
    if (count <= 0)
        return count;
    struct trial trial = {.program = here.program};
    result = session_prepare(session, &trial, NAME, "idle", contenders, (size_t)count, error);
    if (result == 0)
        result = session_each(session, &plan, contenders, (size_t)count, try, &here, error);
    session_cleanup(session, &trial, contenders, (size_t)count);
    return result;
}

const struct experiment experiment_syscalls = {
    .name = NAME,
    .purpose = N_("how many system calls of the host a program could make from the box"),
    .expect_ns = expect_ns,
    .run = run,
};
