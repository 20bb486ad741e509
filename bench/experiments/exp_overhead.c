/* SPDX-License-Identifier: MIT */
/*
 * overhead: once the box stands, what does work cost in it?
 *
 * The harness talks with a workload that waits inside the box: from writing `go N` to reading
 * `done`, with N calibrated natively. The box is bound to one processor: the work is one thread,
 * or several that take turns, and being moved about would only add noise. The harness is bound to
 * none, and sleeps meanwhile. Each workload's checksum must be native's.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/overhead.h"
#include "bench/process/memory.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

enum {
    BLOCKS = 6, /* the fewest that make an interval */
    EXPECTED_TRIAL_MS = 250,
    EXPECTED_SLOW_MS = 3000, /* of boxes that are slow by nature */
    TEAM_MAX = 8,            /* processes of the workload of that name */
};

/* Where memory is walked through, 4 KiB and 2 MiB pages are two experiments. */
/* clang-format off */
static const struct variant variants[] = {
    {"integer",   NULL,    NULL,   NULL,          VARIANT_BRIEF},
    {"bandwidth", "pages", "4k",   "--pages",     VARIANT_BRIEF},
    {"bandwidth", "pages", "2m",   "--pages",     VARIANT_BRIEF},
    {"latency",   "pages", "4k",   "--pages",     VARIANT_BRIEF},
    {"latency",   "pages", "2m",   "--pages",     VARIANT_BRIEF},
    {"syscall",   NULL,    NULL,   NULL,          VARIANT_BRIEF},
    {"fault",     NULL,    NULL,   NULL,          0},
    {"switch",    NULL,    NULL,   NULL,          0},
    {"fork",      NULL,    NULL,   NULL,          0},
    {"file",      "fsync", "none", NULL,          0},
    {"file",      "fsync", "each", "--sync",      VARIANT_OPTION_ALONE},
    {"network",   NULL,    NULL,   NULL,          0},
    {"processes", NULL,    NULL,   "--processes", VARIANT_UNBOUND},
};
/* clang-format on */
enum { VARIANTS = sizeof variants / sizeof *variants };

static bool about_pages(const struct variant *variant)
{
    return variant->param && strcmp(variant->param, "pages") == 0;
}

static bool is_unbound(const struct variant *variant)
{
    return variant->flags & VARIANT_UNBOUND;
}

/* Those that are asked for come first. */
static unsigned count_variants(const struct session *session)
{
    unsigned count = 0;
    while (count < VARIANTS && (!session->brief || variants[count].flags & VARIANT_BRIEF))
        count++;
    return count;
}

static int64_t expect_ns(const struct session *session)
{
    unsigned blocks = session_runs(session, BLOCKS), usual = 1; /* native is there twice */
    int64_t slow_ms = 0;

    for (size_t i = 0; i < session->box_count; i++) {
        const struct platform *platform = session->boxes[i].platform;
        unsigned most = session_most_blocks(session, platform);
        if (platform->blocks)
            slow_ms += (most && most < blocks ? most : blocks) * EXPECTED_SLOW_MS;
        else
            usual++;
    }
    int64_t trial_ms = EXPECTED_TRIAL_MS / (session->effort == EFFORT_QUICK ? 2 : 1);
    return (blocks * usual * trial_ms + slow_ms) * count_variants(session) * NS_PER_MS;
}

struct trial overhead_trial(const struct overhead *overhead, const struct platform *platform)
{
    const struct variant *variant = overhead->variant;
    return (struct trial){
        .platform = platform,
        .program = overhead->program,
        .args = overhead->args,
        .input = true,
        .bound = !is_unbound(variant),
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = is_unbound(variant) ? overhead->cpus : LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS,
                  [OPTION_PAGES] = about_pages(variant) ? variant->value : NULL},
    };
}

static void record_params(const struct overhead *overhead, const char *arm, struct record *record)
{
    const struct variant *variant = overhead->variant;

    record_param_text(record, "arm", arm);
    if (variant->param)
        record_param_text(record, variant->param, variant->value);
    if (is_unbound(variant))
        record_param_text(record, "processes", overhead->cpus);
}

/* What is to be read while the box stands. −1: nothing is known, or it does not matter. */
struct standing {
    int64_t cpu, huge_bytes;
};

static void read_standing(struct session *session, struct overhead *overhead, pid_t root,
                          struct standing *standing)
{
    struct memory_usage usage = {0};

    *standing = (struct standing){-1, -1};
    if (!is_unbound(overhead->variant) && tree_is_bound(root, session->work_cpu))
        standing->cpu = session->work_cpu;
    if (about_pages(overhead->variant) && memory_read(&usage, root, overhead->program) == 0)
        standing->huge_bytes = usage.huge_bytes;
}

/* The word that the workload said, which is borrowed until the sample is written. */
static void record_source(struct overhead *overhead, const struct workload *workload,
                          struct record *record)
{
    if (!*workload->on)
        return;
    snprintf(overhead->on, sizeof overhead->on, "%s", workload->on);
    record_param_text(record, "source", overhead->on);
}

/* From `ready` to the end, with what is measured in between. */
static int talk(struct session *session, struct overhead *overhead, struct workload *workload,
                struct amount *amount, struct workload_work *work, struct standing *standing,
                struct record *record, enum record_status *status, struct error *error)
{
    int result = workload_await_ready(workload, status, error);
    if (result == 0) {
        record_source(overhead, workload, record);
        read_standing(session, overhead, workload->process.pid, standing);
    }
    if (result == 0 && amount->iterations == 0)
        result = overhead_choose_slow(session, overhead, workload, amount, status, error);
    if (result == 0)
        result = workload_go(workload, amount->iterations, work, status, error);
    if (result == 0)
        result = workload_end(workload, status, error);
    if (result == 0 && !amount->checked)
        result = overhead_check_slow(session, overhead, amount, status, error);
    if (result == 0 && work->checksum != amount->checksum) {
        *status = RECORD_FAILED;
        result = error_set(error, EPROTO, _("its checksum is not native's: it did other work"));
    }
    return result;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct overhead *overhead = context;
    struct amount *amount = overhead_amount(overhead, contender);
    struct trial trial = overhead_trial(overhead, contender->platform);
    enum record_status status = RECORD_FAILED;
    struct workload workload = {0};
    struct workload_work work;
    struct standing standing;

    record_params(overhead, contender->arm, record);
    if (trial_start(session, &trial, &workload.process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, status, error);
    }
    record->t0_ns = workload.process.t0_ns;
    int result =
        talk(session, overhead, &workload, amount, &work, &standing, record, &status, error);
    if (result == 0) {
        record->status = RECORD_OK;
        record->exit = workload.process.exit;
        record_metric(record, "work_ns", work.work_ns);
        record_metric(record, "iterations_n", (int64_t)amount->iterations);
        record_metric(record, "user_ns", workload.process.user_ns);
        record_metric(record, "system_ns", workload.process.system_ns);
        if (standing.cpu >= 0)
            record_metric(record, "cpu_n", standing.cpu);
        if (standing.huge_bytes >= 0)
            record_metric(record, "huge_bytes", standing.huge_bytes);
    } else {
        record->exit = workload.process.ended ? workload.process.exit : -1;
        result = trial_failed(record, status, error);
    }
    workload_kill(&workload);
    return result;
}

/* Without a calibration nothing can be compared: then each box has a sample with why. */
static int record_uncalibrated(struct session *session, const struct overhead *overhead,
                               const struct schedule_plan *plan, size_t count,
                               enum record_status status, const struct error *why,
                               struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct contender *contender = &overhead->contenders[i];
        struct record record = {.experiment = plan->experiment,
                                .workload = plan->workload,
                                .platform = contender->platform->name,
                                .t0_ns = clock_now_ns(),
                                .exit = -1};
        record_params(overhead, contender->arm, &record);
        int result = trial_failed(&record, status, why);
        if (result == 0)
            result = recorder_write(&session->recorder, &record, error);
        if (result < 0)
            return result;
    }
    return 0;
}

/* How many processors we have, from 2 on: one process alone is `integer`. */
static void count_processors(struct overhead *overhead)
{
    cpu_set_t set;
    int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 2;

    if (count < 2 || count > TEAM_MAX)
        count = count < 2 ? 2 : TEAM_MAX;
    snprintf(overhead->cpus, sizeof overhead->cpus, "%d", count);
}

/* borrowed: the words live as long as the variant and the session's overhead. */
static void make_args(struct overhead *overhead)
{
    const struct variant *variant = overhead->variant;
    const char *value = is_unbound(variant) ? overhead->cpus : variant->value;

    if (!variant->option)
        return;
    snprintf(overhead->words[0], sizeof overhead->words[0], "%s", variant->option);
    overhead->args[0] = overhead->words[0];
    if (variant->flags & VARIANT_OPTION_ALONE)
        return;
    snprintf(overhead->words[1], sizeof overhead->words[1], "%s", value);
    overhead->args[1] = overhead->words[1];
}

static int run_variant(struct session *session, unsigned index, struct error *error)
{
    struct overhead overhead = {.variant = &variants[index]};
    struct contender contenders[PLATFORMS_MAX + 1];
    enum record_status status;
    struct schedule_plan plan = {
        .experiment = "overhead",
        .workload = overhead.variant->workload,
        .variant = overhead.variant->value,
        .blocks = session_runs(session, BLOCKS),
        .step = index,
        .steps = count_variants(session),
    };

    count_processors(&overhead);
    make_args(&overhead);
    overhead.contenders = contenders;
    int result = session_program(session, plan.workload, overhead.program, error);
    if (result < 0)
        return result;
    int count =
        session_contenders(session, plan.experiment, plan.workload, true, contenders, error);
    if (count <= 0)
        return count;
    struct error why;
    result = overhead_choose(session, &overhead, (size_t)count, &status, &why);
    if (result == -EINTR)
        return error_set(error, EINTR, "interrupted");
    if (result < 0)
        return record_uncalibrated(session, &overhead, &plan, (size_t)count, status, &why, error);
    return session_each(session, &plan, contenders, (size_t)count, try, &overhead, error);
}

static int run(struct session *session, struct error *error)
{
    unsigned count = count_variants(session);
    int result = 0;
    for (unsigned i = 0; i < count && result == 0; i++)
        result = run_variant(session, i, error);
    return result;
}

const struct experiment experiment_overhead = {
    .name = "overhead",
    .purpose = N_("what work costs once the box stands: processor, memory, kernel, files, network"),
    .expect_ns = expect_ns,
    .run = run,
};
