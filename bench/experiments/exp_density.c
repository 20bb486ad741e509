/* SPDX-License-Identifier: MIT */
/*
 * density: how many boxes fit on one machine?
 *
 * Boxes with a small server each (workloads/tenant.c) are started one after the other, and stay. At
 * 1, 2, 4, 8 … of them each is asked once, and their memory is read: a point of a curve. It goes on
 * until starting one or an answer takes much longer than it took the first, or a ceiling of ours is
 * reached: in number, memory or time, so that the machine never comes near its end. What is said of
 * more than were started is therefore arithmetic, and named so: instances per GiB.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/analysis/statistics.h"
#include "bench/experiments/experiment.h"
#include "bench/harness/workload.h"
#include "bench/process/guard.h"
#include "bench/process/memory.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

#define NAME "density"
#define GIB  (INT64_C(1) << 30)

enum {
    BLOCKS = 1,
    EXPECTED_CLIMB_MS = 2000,
    MOST_INSTANCES = 128, /* four descriptors each, of the usual 1024 */

    /* Too slow is what takes so many times as long as with one box, and is felt. */
    SLOWER_TIMES = 10,
    START_FELT_MS = 100,
    ANSWER_FELT_MS = 10,
};

/* What a climb may take, by the effort that was asked for. */
struct ceiling {
    unsigned instances;
    int64_t time_ns, memory_bytes;
};

static struct ceiling ceiling(const struct session *session)
{
    int64_t quarter = memory_available_bytes() / 4;
    int64_t memory = quarter < 2 * GIB ? quarter : 2 * GIB;

    if (session->effort == EFFORT_FULL)
        return (struct ceiling){MOST_INSTANCES, 30 * NS_PER_S, memory};
    if (session->effort == EFFORT_QUICK)
        return (struct ceiling){32, 3 * NS_PER_S, memory};
    return (struct ceiling){64, 8 * NS_PER_S, memory};
}

struct density {
    char program[PATHS_MAX];
};

/* One platform's way up. */
struct climb {
    struct session *session;
    const struct density *density;
    const struct record *record; /* what all its samples have in common */
    struct ceiling ceiling;
    struct bench_cgroup cgroup; /* around all boxes, where one can be made: what the kernel takes */
    bool has_cgroup;
    int64_t begin_ns, available_bytes;
    struct workload boxes[MOST_INSTANCES];
    unsigned count;
    double starts[MOST_INSTANCES];  /* ns, of those since the last point */
    double answers[MOST_INSTANCES]; /* ns, at the last point */
    unsigned start_count;
    const char *stop; /* why it ended; NULL: it goes on */

    /* Of the first point and of the last one. */
    double first_start_ns, first_answer_ns;
    int64_t first_bytes, bytes; /* Pss, and what the kernel holds for them */
};

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(session_runs(session, BLOCKS) * session->box_count) * EXPECTED_CLIMB_MS *
           NS_PER_MS;
}

static double median(double *values, size_t count)
{
    statistics_sort(values, count);
    return statistics_quantile(values, count, 0.5);
}

/* One more box, until it is ready. */
static int start_one(struct climb *climb, const struct platform *platform,
                     enum record_status *status, struct error *error)
{
    struct workload *box = &climb->boxes[climb->count];
    struct trial trial = {
        .platform = platform,
        .program = climb->density->program,
        .input = true,
        .tenant = climb->count,
        .cgroup = climb->has_cgroup ? &climb->cgroup : NULL,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS},
    };
    *box = (struct workload){0};
    int result = trial_start(climb->session, &trial, &box->process, error);
    if (result < 0)
        return result;
    climb->count++;
    result = workload_await_ready(box, status, error);
    if (result == 0)
        climb->starts[climb->start_count++] = (double)(clock_now_ns() - box->process.t0_ns);
    return result;
}

/* Ask each of them once, one after the other. */
static int ask_all(struct climb *climb, enum record_status *status, struct error *error)
{
    struct workload_work work;

    for (unsigned i = 0; i < climb->count; i++) {
        int result = workload_go(&climb->boxes[i], 1, &work, status, error);
        if (result == 0 && work.checksum != 0)
            result = error_set(error, ENOMEM, _("a box is refused memory or processes"));
        if (result < 0)
            return result;
        climb->answers[i] = (double)work.work_ns;
    }
    return 0;
}

static int read_memory(struct climb *climb, struct record *point, enum record_status *status,
                       struct error *error)
{
    struct memory_usage usage = {0};

    for (unsigned i = 0; i < climb->count; i++) {
        int result = memory_read(&usage, climb->boxes[i].process.pid, climb->density->program);
        if (result < 0) {
            char why[SESSION_REASON_MAX];
            memory_explain(result, why, sizeof why);
            if (result == -EACCES || result == -EPERM)
                *status = RECORD_SKIPPED;
            return error_set(error, -result, "%s", why);
        }
    }
    int64_t kernel = climb->has_cgroup ? bench_cgroup_kernel_bytes(&climb->cgroup) : -1;
    record_metric(point, "pss_bytes", usage.pss_bytes);
    if (kernel >= 0)
        record_metric(point, "kernel_bytes", kernel);
    climb->bytes = usage.pss_bytes + (kernel > 0 ? kernel : 0);
    return 0;
}

/* Whether it got much slower than it was with one box. */
static bool too_slow(double now_ns, double first_ns, int felt_ms)
{
    return now_ns > first_ns * SLOWER_TIMES && now_ns > (double)(felt_ms * NS_PER_MS);
}

/* A point of the curve: a sample of its own. */
static int take_point(struct climb *climb, enum record_status *status, struct error *error)
{
    struct record point = *climb->record;

    int result = ask_all(climb, status, error);
    if (result == 0)
        result = read_memory(climb, &point, status, error);
    if (result < 0)
        return result;
    double start_ns = median(climb->starts, climb->start_count);
    double answer_ns = median(climb->answers, climb->count);
    climb->start_count = 0;
    if (climb->count == 1) {
        climb->first_start_ns = start_ns;
        climb->first_answer_ns = answer_ns;
        climb->first_bytes = climb->bytes;
    }
    record_param_number(&point, "instances", climb->count);
    point.status = RECORD_OK;
    point.exit = 0;
    point.t0_ns = climb->begin_ns;
    record_metric(&point, "start_ns", (int64_t)start_ns);
    record_metric(&point, "answer_ns", (int64_t)answer_ns);
    record_metric(&point, "worst_ns", (int64_t)climb->answers[climb->count - 1]); /* sorted */
    if (too_slow(start_ns, climb->first_start_ns, START_FELT_MS))
        climb->stop = "start";
    else if (too_slow(answer_ns, climb->first_answer_ns, ANSWER_FELT_MS))
        climb->stop = "answer";
    return recorder_write(&climb->session->recorder, &point, error);
}

/* Our own ceilings, before each further box: would it still fit? */
static const char *ceiling_reached(const struct climb *climb)
{
    int64_t each = climb->bytes / (climb->count ? climb->count : 1);
    int64_t taken = climb->available_bytes - memory_available_bytes();
    int64_t held = each * (climb->count + 1);

    if (climb->count >= climb->ceiling.instances)
        return "count";
    if (held > climb->ceiling.memory_bytes || taken > climb->ceiling.memory_bytes)
        return "memory";
    return clock_now_ns() - climb->begin_ns > climb->ceiling.time_ns ? "time" : NULL;
}

static int climb_up(struct climb *climb, const struct platform *platform,
                    enum record_status *status, struct error *error)
{
    unsigned next_point = 1, last_point = 0;
    int result = 0;

    climb->begin_ns = clock_now_ns();
    climb->available_bytes = memory_available_bytes();
    while (result == 0 && !climb->stop) {
        if (climb->count > 0)
            climb->stop = ceiling_reached(climb);
        if (!climb->stop)
            result = start_one(climb, platform, status, error);
        bool at_point = climb->count == next_point || (climb->stop && climb->count > last_point);
        if (result < 0 || !at_point)
            continue;
        last_point = climb->count;
        next_point *= 2;
        const char *stop = climb->stop;
        result = take_point(climb, status, error);
        climb->stop = stop ? stop : climb->stop;
    }
    return result;
}

/* How many of them a GiB holds, by what those after the first took: that one pays what is shared.
 */
static int64_t per_gib(const struct climb *climb)
{
    unsigned more = climb->count - 1;
    int64_t bytes = more ? climb->bytes - climb->first_bytes : climb->bytes;

    return bytes > 0 ? GIB * (more ? more : 1) / bytes : 0;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct climb *climb = calloc(1, sizeof *climb);
    enum record_status status = RECORD_FAILED;
    struct error no_cgroup;

    if (!climb)
        return error_set_errno(error, ENOMEM, "cannot start a climb");
    climb->session = session;
    climb->density = context;
    climb->record = record;
    climb->ceiling = ceiling(session);
    climb->has_cgroup = bench_cgroup_make(&climb->cgroup, session->scratch->name, &no_cgroup) == 0;
    int result = climb_up(climb, contender->platform, &status, error);
    record->t0_ns = climb->begin_ns;
    if (result == 0) {
        record_param_text(record, "source", climb->has_cgroup ? "cgroup" : "pss");
        record_param_text(record, "stop", climb->stop);
        record->status = RECORD_OK;
        record->exit = 0;
        record_metric(record, "reached_n", climb->count);
        if (per_gib(climb) > 0)
            record_metric(record, "per_gib_n", per_gib(climb));
    } else {
        result = trial_failed(record, status, error);
    }
    for (unsigned i = 0; i < climb->count; i++)
        workload_kill(&climb->boxes[i]);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    if (climb->has_cgroup)
        bench_cgroup_remove(&climb->cgroup);
    free(climb);
    return result;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct density density;
    struct schedule_plan plan = {
        .experiment = NAME,
        .workload = "tenant",
        .blocks = session_runs(session, BLOCKS),
        .last_has = "stop",
    };

    int result = session_program(session, "tenant", density.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, NAME, "tenant", false, contenders, error);
    if (count < 0)
        return count;
    return session_each(session, &plan, contenders, (size_t)count, try, &density, error);
}

const struct experiment experiment_density = {
    .name = NAME,
    .purpose = N_("how many boxes fit, and how starting and answering change with their number"),
    .expect_ns = expect_ns,
    .run = run,
};
