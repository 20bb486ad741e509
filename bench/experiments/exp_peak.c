/* SPDX-License-Identifier: MIT */
/*
 * peak: the most memory that a box held at any moment of a run, everything in it counted.
 *
 * The kernel's own high-water mark of a cgroup around the whole box, if one can be made here; then
 * the page cache of files that were first read in it counts as well. Otherwise Pss is sampled while
 * it runs, which may miss a short peak. Never mixed within one run, and never timed: the other
 * experiments have no cgroup around them and nobody who looks into /proc meanwhile.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/experiments/experiment.h"
#include "bench/process/memory.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { BLOCKS = 3, BUDGET_S = 10, EXPECTED_TRIAL_MS = 60, SAMPLE_EVERY_MS = 1 };

struct peak {
    struct trial trial;
    char program[PATHS_MAX];
    bool by_cgroup;
};

/* A high-water mark hardly varies: few blocks, and one for a program that takes long. */
static unsigned blocks(const struct session *session)
{
    int64_t block_ns = session->program_ns * (int64_t)session->box_count;
    unsigned wanted = session_runs(session, BLOCKS);

    if (block_ns * BLOCKS > BUDGET_S * NS_PER_S)
        return 1;
    return wanted > BLOCKS ? BLOCKS : wanted;
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(blocks(session) * session->box_count) * EXPECTED_TRIAL_MS * NS_PER_MS;
}

struct sampled {
    int64_t peak_bytes; /* the most that was seen; −1: nothing yet */
    int refused;        /* a negative errno: there was a process whose memory may not be read */
};

static void look(struct sampled *sampled, const struct process *process, const char *program)
{
    struct memory_usage usage = {0};
    int result = memory_read(&usage, process->pid, program);

    if (result < 0)
        sampled->refused = result;
    else if (usage.pss_bytes > sampled->peak_bytes)
        sampled->peak_bytes = usage.pss_bytes;
}

/*
 * Runs to the end and looks every millisecond. A built-in workload waits for the end of its input,
 * so that there is one look at least when it stands.
 */
static int run_sampled(struct session *session, const struct trial *trial, int64_t *peak_bytes,
                       struct record *record, struct error *error)
{
    struct sampled sampled = {.peak_bytes = -1};
    struct process process;
    enum process_event event;

    int result = trial_start(session, trial, &process, error);
    if (result < 0)
        return trial_failed(record, RECORD_FAILED, error);
    record->t0_ns = process.t0_ns;
    do {
        if (process.wake_ns == 0) {
            look(&sampled, &process, trial->program);
            process.wake_ns = clock_now_ns() + SAMPLE_EVERY_MS * NS_PER_MS;
        }
        event = process_next(&process);
        if (event == PROCESS_OUTPUT && process.input >= 0) {
            look(&sampled, &process, trial->program);
            process_end_input(&process);
        }
    } while (event == PROCESS_OUTPUT || event == PROCESS_WOKEN);
    record->exit = process.exit;
    *peak_bytes = sampled.peak_bytes;
    if (event == PROCESS_INTERRUPTED) {
        result = error_set(error, EINTR, "interrupted");
    } else if (event == PROCESS_TIMED_OUT) {
        record->status = RECORD_TIMEOUT;
        snprintf(record->reason, sizeof record->reason, "%s", _("it did not end in time"));
    } else if (sampled.refused < 0) {
        bool hidden = sampled.refused == -EACCES || sampled.refused == -EPERM;
        record->status = hidden ? RECORD_SKIPPED : RECORD_FAILED;
        memory_explain(sampled.refused, record->reason, sizeof record->reason);
    }
    process_kill(&process);
    return result;
}

static int run_in_cgroup(struct session *session, struct trial *trial, int64_t *peak_bytes,
                         struct record *record, struct error *error)
{
    struct trial_times times;
    struct bench_cgroup cgroup;

    *peak_bytes = -1;
    int result = bench_cgroup_make(&cgroup, session->scratch->name, error);
    if (result < 0)
        return result;
    trial->cgroup = &cgroup;
    result = trial_run(session, trial, NULL, NULL, &times, record, error);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    *peak_bytes = bench_cgroup_peak_bytes(&cgroup);
    trial->cgroup = NULL;
    bench_cgroup_remove(&cgroup);
    return result;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct peak *peak = context;
    struct trial trial = peak->trial;
    int64_t bytes = -1;

    trial.platform = contender->platform;
    record_param_text(record, "source", peak->by_cgroup ? "cgroup" : "sampled");
    int result = peak->by_cgroup ? run_in_cgroup(session, &trial, &bytes, record, error)
                                 : run_sampled(session, &trial, &bytes, record, error);
    if (result < 0 || record->status != RECORD_OK)
        return result;
    if (bytes < 0) {
        record->status = RECORD_FAILED;
        snprintf(record->reason, sizeof record->reason, "%s",
                 _("it ended before its memory could be read"));
        return 0;
    }
    record_metric(record, "peak_bytes", bytes);
    return 0;
}

/* Whether this machine and user can have a cgroup whose kernel keeps a high-water mark. */
static bool can_use_cgroup(const struct session *session)
{
    struct bench_cgroup cgroup;
    struct error why;

    if (bench_cgroup_make(&cgroup, session->scratch->name, &why) < 0)
        return false;
    bool known = bench_cgroup_peak_bytes(&cgroup) >= 0;
    bench_cgroup_remove(&cgroup);
    return known;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct peak peak = {.by_cgroup = can_use_cgroup(session)};
    const char *workload = session->program ? session->program : "idle";
    struct schedule_plan plan = {
        .experiment = "peak",
        .workload = workload,
        .blocks = blocks(session),
        .warm_up = session->program_ns == 0, /* else it has run already */
    };

    if (session->program) {
        peak.trial.program = session->program;
        peak.trial.args = session->args;
        peak.trial.files = true;
    } else {
        int result = session_program(session, "idle", peak.program, error);
        if (result < 0)
            return result;
        peak.trial.program = peak.program;
        peak.trial.input = !peak.by_cgroup;
    }
    int count = session_contenders(session, "peak", workload, false, contenders, error);
    if (count <= 0)
        return count;
    return session_each(session, &plan, contenders, (size_t)count, try, &peak, error);
}

const struct experiment experiment_peak = {
    .name = "peak",
    .purpose = N_("the most memory that a box held at any moment"),
    .expect_ns = expect_ns,
    .run = run,
};
