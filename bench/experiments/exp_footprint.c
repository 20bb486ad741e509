/* SPDX-License-Identifier: MIT */
/*
 * footprint: what does one more box cost while it waits?
 *
 * One, then four boxes stand with an idle program of 8 MiB each; their memory is read while they
 * wait. The difference divided by three is the price of one more: what all of them share, the first
 * has paid. Where the harness can make a cgroup around them, the kernel's own memory is read too.
 * Before that, one box is watched for a moment: what does it take of a processor, doing nothing,
 * and of a disk? Nobody needs a right to see that, where memory may be hidden from ordinary users.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/image_size.h"
#include "bench/harness/workload.h"
#include "bench/process/cpu_time.h"
#include "bench/process/guard.h"
#include "bench/process/memory.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

enum {
    BLOCKS = 3,
    INSTANCES_MAX = 4,
    EXPECTED_TRIAL_MS = 200,
    SETTLE_MS = 50, /* what starting a box still has to do when its program is ready */
    IDLE_MS = 250,  /* how long it is watched doing nothing */
};

static const unsigned instance_counts[] = {1, INSTANCES_MAX};
enum {
    INSTANCE_COUNTS = sizeof instance_counts / sizeof *instance_counts,
    STEPS = INSTANCE_COUNTS + 1
};

struct footprint {
    char program[PATHS_MAX];
    unsigned instances;
};

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(session_runs(session, BLOCKS) * session->box_count) * STEPS *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

static int read_memory(const struct footprint *footprint, const struct workload *workloads,
                       const struct bench_cgroup *cgroup, struct record *record,
                       enum record_status *status, struct error *error)
{
    struct memory_usage usage = {0};
    int64_t kernel = cgroup ? bench_cgroup_kernel_bytes(cgroup) : -1;

    for (unsigned i = 0; i < footprint->instances; i++) {
        int result = memory_read(&usage, workloads[i].process.pid, footprint->program);
        if (result < 0) {
            char why[SESSION_REASON_MAX];
            memory_explain(result, why, sizeof why);
            if (result == -EACCES || result == -EPERM)
                *status = RECORD_SKIPPED; /* it did not fail: we may not look */
            return error_set(error, -result, "%s", why);
        }
    }
    record_metric(record, "pss_bytes", usage.pss_bytes);
    if (usage.split) {
        record_metric(record, "guest_bytes", usage.guest_bytes);
        record_metric(record, "tool_bytes", usage.tool_bytes);
    }
    record_metric(record, "huge_bytes", usage.huge_bytes);
    if (kernel >= 0)
        record_metric(record, "kernel_bytes", kernel);
    return 0;
}

/*
 * What a box that waits takes of a processor: timers of a guest, a thread that polls. Of one alone,
 * since several only add up. Absent where the kernel does not tell.
 */
static int watch_idle(const struct process *process, struct record *record, struct error *error)
{
    if (!guard_pause(SETTLE_MS * NS_PER_MS))
        return error_set(error, EINTR, "interrupted");
    int64_t start_ns = clock_now_ns(), before = cpu_time_ns(process->pid);
    if (!guard_pause(IDLE_MS * NS_PER_MS))
        return error_set(error, EINTR, "interrupted");
    int64_t after = cpu_time_ns(process->pid), wall_ns = clock_now_ns() - start_ns;
    if (before >= 0 && after >= before) {
        record_metric(record, "idle_cpu_ns", after - before);
        record_metric(record, "idle_wall_ns", wall_ns);
    }
    return 0;
}

/* Starts all, waits for all, reads, ends all. */
static int stand_and_read(struct session *session, struct footprint *footprint,
                          const struct trial *trial, struct record *record,
                          enum record_status *status, struct error *error)
{
    struct workload workloads[INSTANCES_MAX] = {0};
    unsigned started = 0;
    int result = 0;

    for (; started < footprint->instances && result == 0; started++) {
        result = trial_start(session, trial, &workloads[started].process, error);
        if (result < 0)
            break;
    }
    for (unsigned i = 0; i < started && result == 0; i++)
        result = workload_await_ready(&workloads[i], status, error);
    if (result == 0)
        result = read_memory(footprint, workloads, trial->cgroup, record, status, error);
    for (unsigned i = 0; i < started && result == 0; i++)
        result = workload_end(&workloads[i], status, error);
    for (unsigned i = 0; i < started; i++)
        workload_kill(&workloads[i]);
    return result;
}

/* A box with what it may have, around the idle program. */
static struct trial box_of(const struct footprint *footprint, const struct contender *contender)
{
    return (struct trial){
        .platform = contender->platform,
        .program = footprint->program,
        .input = true,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS},
    };
}

/* The size of what it is made of, and what it does while there is nothing to do. */
static int try_alone(struct session *session, void *context, const struct contender *contender,
                     struct record *record, struct error *error)
{
    struct footprint *footprint = context;
    enum record_status status = RECORD_FAILED;
    const struct trial trial = box_of(footprint, contender);
    struct workload workload = {0};
    struct image_size image;

    record_param_text(record, "trial", "alone");
    if (image_size(session, contender->platform, footprint->program, &image))
        record_metric(record, "image_bytes",
                      image.program_bytes + image.tool_bytes + image.system_bytes);
    int result = trial_start(session, &trial, &workload.process, error);
    if (result < 0)
        return trial_failed(record, status, error);
    result = workload_await_ready(&workload, &status, error);
    if (result == 0)
        result = watch_idle(&workload.process, record, error);
    if (result == 0)
        result = workload_end(&workload, &status, error);
    workload_kill(&workload);
    if (result < 0)
        return trial_failed(record, status, error);
    record->status = RECORD_OK;
    record->exit = 0;
    return 0;
}

static int try_memory(struct session *session, void *context, const struct contender *contender,
                      struct record *record, struct error *error)
{
    struct footprint *footprint = context;
    enum record_status status = RECORD_FAILED;
    struct bench_cgroup cgroup;
    struct error no_cgroup;
    struct trial trial = box_of(footprint, contender);

    record_param_number(record, "instances", footprint->instances);
    bool in_cgroup = bench_cgroup_make(&cgroup, session->scratch->name, &no_cgroup) == 0;
    if (in_cgroup)
        trial.cgroup = &cgroup;
    int result = stand_and_read(session, footprint, &trial, record, &status, error);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    if (in_cgroup)
        bench_cgroup_remove(&cgroup);
    if (result < 0)
        return trial_failed(record, status, error);
    record->status = RECORD_OK;
    record->exit = 0;
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct footprint footprint = {0};

    int result = session_program(session, "idle", footprint.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, "footprint", "idle", false, contenders, error);
    for (unsigned step = 0; step < STEPS && count > 0 && result == 0; step++) {
        static const char *const variants[STEPS] = {"alone", "one", "many"};
        struct schedule_plan plan = {
            .experiment = "footprint",
            .workload = "idle",
            .variant = variants[step],
            .blocks = session_runs(session, BLOCKS),
            .step = step,
            .steps = STEPS,
        };
        footprint.instances = step ? instance_counts[step - 1] : 1;
        result = session_each(session, &plan, contenders, (size_t)count,
                              step ? try_memory : try_alone, &footprint, error);
    }
    return count < 0 ? count : result;
}

const struct experiment experiment_footprint = {
    .name = "footprint",
    .purpose = N_("the memory that one more box costs while its program waits"),
    .expect_ns = expect_ns,
    .run = run,
};
