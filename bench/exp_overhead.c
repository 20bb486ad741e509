/* SPDX-License-Identifier: MIT */
/*
 * overhead: once the box stands, what does work cost in it?
 *
 * The harness talks with a workload that waits inside the box: from writing `go N` to reading
 * `done`, with N calibrated natively. The box is bound to one processor: the work is one thread,
 * and being moved about would only add noise. The harness is bound to none, and sleeps meanwhile.
 * Each workload's checksum must be native's.
 */
#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bench/experiment.h"
#include "bench/memory.h"
#include "bench/spawn.h"
#include "bench/tree.h"
#include "bench/workload.h"
#include "common/clock.h"
#include "common/i18n.h"

enum {
    BLOCKS = 6, /* the fewest that make an interval */
    EXPECTED_TRIAL_MS = 250,
    LEAST_MS = 100,   /* natively */
    MOST_MS = 500,    /* for the work in the slowest box */
    BELIEVED_MS = 20, /* shorter than this says little about a box's speed */
};

struct variant {
    const char *workload;
    const char *pages; /* NULL: it does not matter */
};

/* Where memory is walked through, 4 KiB and 2 MiB pages are two experiments. */
static const struct variant variants[] = {
    {"integer",   NULL},
    {"bandwidth", "4k"},
    {"bandwidth", "2m"},
    {"latency",   "4k"},
    {"latency",   "2m"},
    {"syscall",   NULL},
};
enum { VARIANTS = sizeof variants / sizeof *variants };

struct amount {
    uint64_t iterations, checksum;
    bool limited; /* by a box that is very much slower */
};

struct overhead {
    const struct variant *variant;
    char program[PATHS_MAX];
    char *args[3];
    struct amount usual;
    struct amount slow; /* of boxes that are slow by nature (platform.blocks) */
};

static struct amount *amount_of(struct overhead *overhead, const struct platform *platform)
{
    return platform->blocks ? &overhead->slow : &overhead->usual;
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(session_runs(session, BLOCKS) * (session->box_count + 1)) * VARIANTS *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

static struct trial overhead_trial(const struct overhead *overhead, const struct platform *platform)
{
    return (struct trial){
        .platform = platform,
        .program = overhead->program,
        .args = overhead->args,
        .input = true,
        .bound = true,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS,
                  [OPTION_PAGES] = overhead->variant->pages},
    };
}

/* Whether every process of the box may run on that processor only: a cgroup can undo the binding.
 */
static bool is_bound(pid_t root, int cpu)
{
    struct tree tree;
    cpu_set_t set;

    if (cpu < 0 || tree_read(&tree, root) < 0)
        return false;
    for (size_t i = 0; i < tree.count; i++)
        if (sched_getaffinity(tree.pids[i], sizeof set, &set) == 0 &&
            !(CPU_COUNT(&set) == 1 && CPU_ISSET((size_t)cpu, &set)))
            return false;
    return true;
}

static void record_standing(struct session *session, struct overhead *overhead, pid_t root,
                            struct record *record)
{
    struct memory_usage usage = {0};

    if (is_bound(root, session->work_cpu))
        record_metric(record, "cpu_n", session->work_cpu);
    if (overhead->variant->pages && memory_read(&usage, root, overhead->program) == 0)
        record_metric(record, "huge_bytes", usage.huge_bytes);
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct overhead *overhead = context;
    const struct amount *amount = amount_of(overhead, contender->platform);
    struct trial trial = overhead_trial(overhead, contender->platform);
    enum record_status status = RECORD_FAILED;
    struct workload workload = {0};
    struct workload_work work;

    record_param_text(record, "arm", contender->arm);
    if (overhead->variant->pages)
        record_param_text(record, "pages", overhead->variant->pages);
    if (trial_start(session, &trial, &workload.process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, status, error);
    }
    record->t0_ns = workload.process.t0_ns;
    int result = workload_await_ready(&workload, &status, error);
    if (result == 0) {
        record_standing(session, overhead, workload.process.pid, record);
        result = workload_go(&workload, amount->iterations, &work, &status, error);
    }
    if (result == 0 && work.checksum != amount->checksum) {
        status = RECORD_FAILED;
        result = error_set(error, EPROTO, _("its checksum is not native's: it did other work"));
    }
    if (result == 0)
        result = workload_end(&workload, &status, error);
    if (result == 0) {
        record->status = RECORD_OK;
        record->exit = workload.process.exit;
        record_metric(record, "work_ns", work.work_ns);
        record_metric(record, "iterations_n", (int64_t)amount->iterations);
        record_metric(record, "user_ns", workload.process.user_ns);
        record_metric(record, "system_ns", workload.process.system_ns);
    } else {
        record->exit = workload.process.ended ? workload.process.exit : -1;
        result = trial_failed(record, status, error);
    }
    workload_kill(&workload);
    return result;
}

/* What to do with a workload that is ready, before it is ended. */
typedef int workload_talk(struct workload *workload, struct amount *amount,
                          enum record_status *status, struct error *error);

/* Starts the workload in a box, has it talked with, and ends it. */
static int visit(struct session *session, struct overhead *overhead,
                 const struct platform *platform, workload_talk *talk, struct amount *amount,
                 struct error *error)
{
    struct trial trial = overhead_trial(overhead, platform);
    struct workload workload = {0};
    enum record_status status;

    int result = trial_start(session, &trial, &workload.process, error);
    if (result < 0)
        return result;
    result = workload_await_ready(&workload, &status, error);
    if (result == 0)
        result = talk(&workload, amount, &status, error);
    if (result == 0)
        result = workload_end(&workload, &status, error);
    workload_kill(&workload);
    spawn_kill_all();
    return result;
}

static int calibrate(struct workload *workload, struct amount *amount, enum record_status *status,
                     struct error *error)
{
    return workload_calibrate(workload, &amount->iterations, status, error);
}

/*
 * The reference. A machine that was slowed down during the calibration has believed too small a
 * number; it has the chance to say so here.
 */
static int find_checksum(struct workload *workload, struct amount *amount,
                         enum record_status *status, struct error *error)
{
    struct workload_work work;
    int result;

    for (int tries = 0;; tries++) {
        result = workload_go(workload, amount->iterations, &work, status, error);
        if (result < 0 || amount->limited || tries == 3 || work.work_ns >= LEAST_MS * NS_PER_MS)
            break;
        amount->iterations = (uint64_t)((double)amount->iterations * CALIBRATION_MS *
                                        (double)NS_PER_MS / (double)work.work_ns);
    }
    amount->checksum = work.checksum;
    return result;
}

/*
 * Lower the iterations if this box would need longer than MOST_MS for them. The first guess is by
 * a small part of the work, so that a box that is 10,000 times slower is found out in time too.
 */
static int limit_iterations(struct workload *workload, struct amount *amount,
                            enum record_status *status, struct error *error)
{
    uint64_t part = amount->iterations / 4096 + 1;
    struct workload_work work;

    for (;;) {
        int result = workload_go(workload, part, &work, status, error);
        if (result < 0)
            return result;
        if (work.work_ns >= BELIEVED_MS * NS_PER_MS || part >= amount->iterations / 8)
            break;
        part *= 8;
    }
    double most = (double)MOST_MS * (double)NS_PER_MS / (double)work.work_ns * (double)part;
    if (most < (double)amount->iterations) {
        amount->iterations = (uint64_t)most + 1;
        amount->limited = true;
    }
    return 0;
}

/*
 * How often, and what comes of it. Natively the work takes CALIBRATION_MS; but the number is the
 * same everywhere, so where one box is very much slower it is lowered for all; only boxes that are
 * slow by nature have a number of their own, which does not spoil the others'. A box that fails
 * here is left alone: it will fail again in its first trial, and be recorded.
 */
static int choose_iterations(struct session *session, struct overhead *overhead,
                             const struct contender *contenders, size_t count, struct error *error)
{
    const struct platform *native = platforms_find(&session->platforms, "native", 6);
    struct error ignored;

    if (!native)
        return error_set(error, ENOENT, "there is no platform 'native' to calibrate on");
    int result = visit(session, overhead, native, calibrate, &overhead->usual, error);
    overhead->slow = overhead->usual;
    bool slow = false;
    for (size_t i = 0; i < count && result == 0; i++) {
        struct amount *amount = amount_of(overhead, contenders[i].platform);
        slow |= amount == &overhead->slow;
        if (contenders[i].platform != native && visit(session, overhead, contenders[i].platform,
                                                      limit_iterations, amount, &ignored) == -EINTR)
            result = error_set(error, EINTR, "interrupted");
    }
    if (result == 0)
        result = visit(session, overhead, native, find_checksum, &overhead->usual, error);
    if (result == 0 && slow)
        result = visit(session, overhead, native, find_checksum, &overhead->slow, error);
    return result;
}

/* Without a calibration nothing can be compared: then each box has a failed sample with why. */
static int record_uncalibrated(struct session *session, const struct schedule_plan *plan,
                               const struct contender *contenders, size_t count,
                               const struct error *why, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        struct record record = {.experiment = plan->experiment,
                                .workload = plan->workload,
                                .platform = contenders[i].platform->name,
                                .t0_ns = clock_now_ns(),
                                .exit = -1};
        record_param_text(&record, "arm", contenders[i].arm);
        if (plan->variant)
            record_param_text(&record, "pages", plan->variant);
        int result = trial_failed(&record, RECORD_FAILED, why);
        if (result == 0)
            result = recorder_write(&session->recorder, &record, error);
        if (result < 0)
            return result;
    }
    return 0;
}

static int run_variant(struct session *session, unsigned index, struct error *error)
{
    struct overhead overhead = {.variant = &variants[index]};
    struct contender contenders[PLATFORMS_MAX + 1];
    char pages_option[] = "--pages", pages[8];
    struct schedule_plan plan = {
        .experiment = "overhead",
        .workload = overhead.variant->workload,
        .variant = overhead.variant->pages,
        .blocks = session_runs(session, BLOCKS),
        .step = index,
        .steps = VARIANTS,
    };

    if (overhead.variant->pages) {
        snprintf(pages, sizeof pages, "%s", overhead.variant->pages);
        overhead.args[0] = pages_option;
        overhead.args[1] = pages;
    }
    int result = session_program(session, plan.workload, overhead.program, error);
    if (result < 0)
        return result;
    int count =
        session_contenders(session, plan.experiment, plan.workload, true, contenders, error);
    if (count <= 0)
        return count;
    struct error why;
    result = choose_iterations(session, &overhead, contenders, (size_t)count, &why);
    if (result == -EINTR)
        return error_set(error, EINTR, "interrupted");
    if (result < 0)
        return record_uncalibrated(session, &plan, contenders, (size_t)count, &why, error);
    return session_each(session, &plan, contenders, (size_t)count, try, &overhead, error);
}

static int run(struct session *session, struct error *error)
{
    int result = 0;
    for (unsigned i = 0; i < VARIANTS && result == 0; i++)
        result = run_variant(session, i, error);
    return result;
}

const struct experiment experiment_overhead = {
    .name = "overhead",
    .purpose = N_("what work costs once the box stands: integers, memory, system calls"),
    .expect_ns = expect_ns,
    .run = run,
};
