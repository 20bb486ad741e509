/* SPDX-License-Identifier: MIT */
/*
 * limits: a box is told what its program may have. How much does it get, and how does the rest
 * fail?
 *
 * For memory and processes a program (bench/antagonists/reach.c) takes more and more until it is
 * refused or killed, and says after each step how far it has come. For processor time four
 * processes compute, and what the whole box has used in a window is read from outside. A platform
 * that has no such limit is skipped with that reason; so is one whose programs cannot ask for that
 * much.
 */
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/experiments/aggressor.h"
#include "bench/experiments/experiment.h"
#include "bench/process/cpu_time.h"
#include "bench/process/guard.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"

#define NAME "limits"

enum {
    BLOCKS = 3,
    EXPECTED_TRIAL_MS = 400,
    WINDOW_MS = 1000, /* ten periods of a quota, 100 ms each as the kernel has it */
    TICK_MS = 5,
};

static char memory_word[] = "memory", memory_wanted[] = "192";
static char processes_word[] = "processes", processes_wanted[] = "63";

static const struct limit {
    const char *name;
    int option; /* −1: no platform has such a thing yet */
    const char *value;
    int64_t asked; /* bytes, processes, or ns of processor time in a second */
    const char *asked_metric, *reached_metric;
    char *args[3];
    const char *missing; /* why it is skipped where the platform has no such option */
} limits[] = {
    {
     .name = "memory",
     .option = OPTION_MEMORY,
     .value = "128M",
     .asked = INT64_C(128) << 20,
     .asked_metric = "asked_bytes",
     .reached_metric = "reached_bytes",
     .args = {memory_word, memory_wanted},
     .missing = N_("this platform has no limit on memory"),
     },
    {
     .name = "processes",
     .option = OPTION_PIDS,
     .value = "16",
     .asked = 16,
     .asked_metric = "asked_n",
     .reached_metric = "reached_n",
     .args = {processes_word, processes_wanted},
     .missing = N_("this platform has no limit on processes"),
     },
    {
     .name = "cpus",
     .option = OPTION_CPUS,
     .value = "1",
     .asked = NS_PER_S,
     .asked_metric = "asked_ns",
     .reached_metric = "reached_ns",
     .missing = N_("this platform has no limit on processors"),
     },
    {
     .name = "quota",
     .option = OPTION_QUOTA,
     .value = "0.5",
     .asked = NS_PER_S / 2,
     .asked_metric = "asked_ns",
     .reached_metric = "reached_ns",
     .missing = N_("this platform has no limit on processor time"),
     },
    {
     .name = "io",
     .option = -1,
     .missing = N_("this platform has no limit on input and output"),
     },
};
enum { LIMITS = sizeof limits / sizeof *limits };

struct limiting {
    const struct limit *limit;
    char reach[PATHS_MAX], cpu[PATHS_MAX];
    struct bench_cgroup ceiling;
    bool has_ceiling;
};

static unsigned blocks(const struct session *session)
{
    if (session->effort == EFFORT_QUICK && !session->runs)
        return 1;
    return session_runs(session, BLOCKS);
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(blocks(session) * session->box_count) * 3 * EXPECTED_TRIAL_MS * NS_PER_MS;
}

/* What the program said last. */
struct reached {
    size_t used;
    char line[128];
    long at;
    char why[16]; /* "": it did not live to tell */
    char cannot[96];
};

static void take_line(struct reached *reached)
{
    const char *line = reached->line;

    if (strncmp(line, "cannot ", strlen("cannot ")) == 0)
        snprintf(reached->cannot, sizeof reached->cannot, "%.90s", line + strlen("cannot "));
    else if (sscanf(line, "end %ld %15[A-Za-z]", &reached->at, reached->why) != 2)
        sscanf(line, "at %ld", &reached->at);
}

static void take_output(void *context, const char *data, size_t length)
{
    struct reached *reached = context;

    for (size_t i = 0; i < length; i++) {
        bool end = data[i] == '\n';
        if (reached->used == sizeof reached->line)
            reached->used = 0;
        reached->line[reached->used++] = end ? '\0' : data[i];
        if (end) {
            reached->used = 0;
            take_line(reached);
        }
    }
}

/* The excess: what the program was told, or that it was told nothing any more. */
static const char *excess(const struct reached *reached, const struct record *record)
{
    static const char *const known[] = {"ENOMEM", "EAGAIN", "other", "none"};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(reached->why, known[i]) == 0)
            return known[i];
    return record->exit == EXIT_SIGNAL_BASE + 9 ? "killed" : "ended";
}

static int try_to_reach(struct session *session, const struct limiting *limiting,
                        struct trial *trial, struct record *record, struct error *error)
{
    const struct limit *limit = limiting->limit;
    struct reached reached = {0};
    struct trial_times times;

    trial->program = limiting->reach;
    trial->args = limit->args;
    int result = trial_run(session, trial, take_output, &reached, &times, record, error);
    if (result < 0 || record->status == RECORD_TIMEOUT)
        return result;
    if (*reached.cannot) {
        error_set(error, ENOTSUP, "%s", reached.cannot);
        return trial_failed(record, RECORD_SKIPPED, error);
    }
    /* A box that could not even be started is a failure; one that ended its program is none. */
    if (reached.at <= 0) {
        if (record->status == RECORD_OK)
            snprintf(record->reason, sizeof record->reason, _("ended with status %d"),
                     record->exit);
        record->status = RECORD_FAILED;
        return 0;
    }
    record->status = RECORD_OK;
    *record->reason = '\0';
    record_param_text(record, "excess", excess(&reached, record));
    record_metric(record, limit->reached_metric,
                  limit->option == OPTION_MEMORY ? (int64_t)reached.at << 20 : reached.at);
    record_metric(record, limit->asked_metric, limit->asked);
    return 0;
}

/* Keep it busy for a window; returns the processor time of its box in one second, or an error. */
static int64_t watch(struct aggressor *aggressor, struct error *error)
{
    pid_t root = aggressor->workload.process.pid;
    int64_t start_ns = clock_now_ns(), used_ns = cpu_time_ns(root), now_ns = start_ns;

    while (now_ns < start_ns + WINDOW_MS * NS_PER_MS) {
        if (!guard_pause(TICK_MS * NS_PER_MS))
            return error_set(error, EINTR, "interrupted");
        aggressor_tick(aggressor);
        now_ns = clock_now_ns();
    }
    used_ns = cpu_time_ns(root) - used_ns;
    /* Of what has ended in between, the time is gone from the sum. */
    if (used_ns < 0)
        return error_set(error, EPROTO, _("it ended while it was to compute"));
    return (int64_t)((double)used_ns * (double)NS_PER_S / (double)(clock_now_ns() - start_ns));
}

/*
 * Four processes want all there is. A fifth to each side is taken for the same, since the window
 * may cut off or catch a period, which is a tenth; with less than that, others had the processors,
 * and nothing can be said about the limit.
 */
static const char *judge_use(int64_t reached_ns, int64_t asked_ns)
{
    if (reached_ns > asked_ns + asked_ns / 5)
        return "none";
    return reached_ns < asked_ns - asked_ns / 5 ? "unknown" : "throttled";
}

static int try_to_compute(struct session *session, const struct limiting *limiting,
                          struct trial *trial, struct record *record, struct error *error)
{
    enum { UNITS = 4 }; /* of a request: a millisecond of each process */
    enum record_status status = RECORD_FAILED;
    struct aggressor aggressor = {0};
    int64_t reached_ns = -1;

    trial->program = limiting->cpu;
    trial->input = true;
    if (trial_start(session, trial, &aggressor.workload.process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, status, error);
    }
    record->t0_ns = aggressor.workload.process.t0_ns;
    int result = workload_await_ready(&aggressor.workload, &status, error);
    if (result == 0)
        result = aggressor_begin(&aggressor, UNITS, error);
    if (result == 0) {
        reached_ns = watch(&aggressor, error);
        result = reached_ns < 0 ? (int)reached_ns : 0;
    }
    if (result == 0 && aggressor.ended)
        result = error_set(error, EPROTO, _("it ended while it was to compute"));
    workload_kill(&aggressor.workload);
    if (result < 0)
        return trial_failed(record, status, error);
    record->status = RECORD_OK;
    record->exit = 0;
    record_param_text(record, "excess", judge_use(reached_ns, limiting->limit->asked));
    record_metric(record, limiting->limit->reached_metric, reached_ns);
    record_metric(record, limiting->limit->asked_metric, limiting->limit->asked);
    return 0;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct limiting *limiting = context;
    const struct limit *limit = limiting->limit;
    struct trial trial = {
        .platform = contender->platform,
        .cgroup = limiting->has_ceiling ? &limiting->ceiling : NULL,
    };

    record_param_text(record, "ceiling", limiting->has_ceiling ? "cgroup" : "own");
    record_param_number(record, "uid", trial_uid(&trial));
    trial.value[limit->option] = limit->value;
    if (limit->option == OPTION_MEMORY || limit->option == OPTION_PIDS)
        return try_to_reach(session, limiting, &trial, record, error);
    return try_to_compute(session, limiting, &trial, record, error);
}

static const char *why_not(const struct limit *limit, const struct platform *platform)
{
    cpu_set_t set;

    if (limit->option < 0 || !platform_has(platform, (enum platform_option)limit->option))
        return _(limit->missing);
    if (limit->option == OPTION_CPUS && sched_getaffinity(0, sizeof set, &set) == 0 &&
        CPU_COUNT(&set) < 2)
        return _("there is one processor only: nobody can have more");
    return NULL;
}

static int run_limit(struct session *session, struct limiting *limiting, unsigned index,
                     struct error *error)
{
    struct contender boxes[PLATFORMS_MAX + 1], contenders[PLATFORMS_MAX + 1];
    size_t count = 0;
    struct schedule_plan plan = {
        .experiment = NAME,
        .workload = limits[index].name,
        .blocks = blocks(session),
        .step = index,
        .steps = LIMITS,
    };

    limiting->limit = &limits[index];
    int box_count = session_contenders(session, NAME, plan.workload, false, boxes, error);
    for (int i = 0; i < box_count; i++) {
        const char *why = why_not(limiting->limit, boxes[i].platform);
        struct record record = session_record(NAME, plan.workload, boxes[i].platform);
        int result = why ? session_skip(session, &record, why, error) : 0;
        if (result < 0)
            return result;
        if (!why)
            contenders[count++] = boxes[i];
    }
    if (box_count < 0 || count == 0)
        return box_count < 0 ? box_count : 0;
    return session_each(session, &plan, contenders, count, try, limiting, error);
}

static int run(struct session *session, struct error *error)
{
    static struct limiting limiting;

    int result = session_program(session, "antagonists/reach", limiting.reach, error);
    if (result == 0)
        result = session_program(session, "antagonists/cpu", limiting.cpu, error);
    if (result < 0)
        return result;
    limiting.has_ceiling = aggressor_make_ceiling(&limiting.ceiling, session->scratch->name);
    for (unsigned i = 0; i < LIMITS && result == 0; i++)
        result = run_limit(session, &limiting, i, error);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    if (limiting.has_ceiling)
        bench_cgroup_remove(&limiting.ceiling);
    return result;
}

const struct experiment experiment_limits = {
    .name = NAME,
    .purpose = N_("how much a box with limits lets its program have, and how the rest fails"),
    .expect_ns = expect_ns,
    .run = run,
};
