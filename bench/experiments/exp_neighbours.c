/* SPDX-License-Identifier: MIT */
/*
 * neighbours: what does a tenant notice of another one that takes all it can get, and what does
 * that one get?
 *
 * Two boxes of the same platform stand side by side: a victim that works steadily, and an
 * aggressor, one of bench/antagonists. Both are bound to one processor, which is the worst case;
 * the harness, whose client (client.h) takes the victim's times, keeps to the others meanwhile, so
 * that it is not disturbed itself. How late it was all the same stands in the sample. In every
 * block the victim runs alone too, and what is compared is the two in the same block.
 *
 * With the limits off, no box is told any. With them on, both are told the same ones, as far as the
 * platform has such things. Apart from that there is always a ceiling around the aggressor that is
 * ours, a cgroup where one can be made, so that it can never take the machine down. The victim
 * stands in a cgroup beside it then, below the same parent, so that neither has a larger share of
 * the processor by where it stands (bench/process/cpu_group.h).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/analysis/statistics.h"
#include "bench/experiments/aggressor.h"
#include "bench/experiments/aside.h"
#include "bench/experiments/client.h"
#include "bench/experiments/experiment.h"
#include "bench/experiments/tenants.h"
#include "bench/process/cpu_group.h"
#include "bench/process/spawn.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

#define NAME "neighbours"

enum {
    BLOCKS = 3,
    EXPECTED_TRIAL_MS = 350,
    REQUESTS = 100, /* the fewest that have a 99th percentile */
    SLOW_TIMES = 10,
    AWAKE_US = 200, /* of the client, before a request is due */
    CONTENDERS_MAX = 512,
};

/* Arguments of programs are not constant in C. */
static char kib_option[] = "--kib", small_kib[] = "16";

static const struct victim {
    const char *name, *program;
    char *args[3];
    uint64_t iterations;
    int64_t every_ns;
} victims[] = {
    {"server",  "server",           {0},                           1,      2 * NS_PER_MS},
    {"integer", "integer",          {0},                           300000, 0            },
    {"disk",    "antagonists/disk", {kib_option, small_kib, NULL}, 1,      0            },
};
enum { VICTIMS = sizeof victims / sizeof *victims };

/* One place in a block. */
struct pair {
    const struct antagonist *antagonist;
    bool limited;
};

/* The boxes of a trial, which are also tenants of these numbers. */
enum tenant { VICTIM, AGGRESSOR, TENANTS };

struct neighbours {
    const struct victim *victim;
    char victim_program[PATHS_MAX], antagonist_programs[ANTAGONISTS][PATHS_MAX];
    struct bench_cgroup cgroups[TENANTS];
    bool has_cgroups;
    size_t count;
    struct contender contenders[CONTENDERS_MAX];
    struct pair pairs[CONTENDERS_MAX];
    struct client_times times;
};

static unsigned blocks(const struct session *session)
{
    if (session->effort == EFFORT_QUICK && !session->runs)
        return 1;
    return session_runs(session, BLOCKS);
}

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(blocks(session) * session->box_count) * VICTIMS * (ANTAGONISTS + 2) *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

static struct trial tenant_trial(const struct neighbours *neighbours,
                                 const struct contender *contender, const struct pair *pair,
                                 enum tenant tenant)
{
    struct trial trial = {
        .platform = contender->platform,
        .program = neighbours->victim_program,
        .args = neighbours->victim->args,
        .input = true,
        .bound = true,
        .tenant = tenant,
        .cgroup = neighbours->has_cgroups ? &neighbours->cgroups[tenant] : NULL,
    };
    if (tenant == AGGRESSOR) {
        trial.program = neighbours->antagonist_programs[pair->antagonist - antagonists];
        trial.args = pair->antagonist->args;
    }
    if (pair->limited)
        tenants_limit(&trial);
    return trial;
}

static void tick(void *context)
{
    aggressor_tick(context);
}

/* Both stand: have them work side by side. */
static int work(struct session *session, struct neighbours *neighbours, struct workload *victim,
                struct aggressor *aggressor, const struct pair *pair, bool slow,
                enum record_status *status, struct error *error)
{
    struct client client = {
        .iterations = neighbours->victim->iterations,
        .requests = REQUESTS,
        .every_ns = neighbours->victim->every_ns * (slow ? SLOW_TIMES : 1),
        .tick = aggressor ? tick : NULL,
        .context = aggressor,
    };
    struct aside aside;
    int result = 0;

    step_aside(session->work_cpu, &aside);
    client.awake_ns = aside.moved ? AWAKE_US * NS_PER_US : 0;
    if (aggressor)
        result = aggressor_begin(aggressor, pair->antagonist->units, error);
    unsigned answered = aggressor ? aggressor->answered : 0;
    uint64_t got = aggressor ? aggressor->got : 0;
    if (result == 0)
        result = client_run(&client, victim, &neighbours->times, status, error);
    if (aggressor) {
        aggressor_tick(aggressor);
        aggressor->answered -= answered;
        aggressor->got -= got;
    }
    step_back(&aside);
    return result;
}

static void record_times(struct client_times *times, bool open_loop, struct record *record)
{
    statistics_sort(times->latency_ns, times->count);
    statistics_sort(times->late_ns, times->count);
    record_metric(record, "p50_ns",
                  (int64_t)statistics_quantile(times->latency_ns, times->count, 0.5));
    if (statistics_quantile_known(times->count, 0.99)) {
        record_metric(record, "p99_ns",
                      (int64_t)statistics_quantile(times->latency_ns, times->count, 0.99));
        if (open_loop)
            record_metric(record, "late_ns",
                          (int64_t)statistics_quantile(times->late_ns, times->count, 0.99));
    }
    record_metric(record, "requests_n", times->count);
    record_metric(record, "window_ns", times->window_ns);
}

static void record_aggressor(struct aggressor *aggressor, struct record *record)
{
    int exit;

    record_metric(record, "aggressor_work_n", (int64_t)aggressor->got);
    if (aggressor_is_over(aggressor, &exit))
        record_metric(record, "aggressor_exit_n", exit);
}

/* How the two stand, before they are at work. */
struct standing {
    int64_t cpu;        /* the processor that both are bound to; −1: they are not */
    int64_t cpu_groups; /* −1: there is one box */
};

static void read_standing(const struct session *session, const struct workload *victim,
                          const struct workload *aggressor, struct standing *standing)
{
    pid_t first = victim->process.pid, second = aggressor ? aggressor->process.pid : first;
    bool bound =
        tree_is_bound(first, session->work_cpu) && tree_is_bound(second, session->work_cpu);

    standing->cpu = bound ? session->work_cpu : -1;
    standing->cpu_groups = aggressor ? (int64_t)cpu_groups_of(first, second) : -1;
}

static void record_standing(const struct standing *standing, struct record *record)
{
    if (standing->cpu_groups >= 0)
        record_metric(record, "cpu_groups_n", standing->cpu_groups);
    if (standing->cpu >= 0)
        record_metric(record, "cpu_n", standing->cpu);
}

static int start_aggressor(struct session *session, struct neighbours *neighbours,
                           const struct contender *contender, const struct pair *pair,
                           struct aggressor *aggressor, struct record *record,
                           enum record_status *status, struct error *error)
{
    struct trial trial = tenant_trial(neighbours, contender, pair, AGGRESSOR);

    record_param_text(record, "ceiling", neighbours->has_cgroups ? "cgroup" : "own");
    int result = trial_start(session, &trial, &aggressor->workload.process, error);
    if (result == 0)
        result = workload_await_ready(&aggressor->workload, status, error);
    return result;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct neighbours *neighbours = context;
    const struct pair *pair = &neighbours->pairs[contender - neighbours->contenders];
    struct trial trial = tenant_trial(neighbours, contender, pair, VICTIM);
    enum record_status status = RECORD_FAILED;
    struct workload victim = {0};
    struct aggressor aggressor = {0};
    struct standing standing;
    bool alone = pair->antagonist == &antagonists[0];

    record_param_text(record, "antagonist", pair->antagonist->name);
    record_param_text(record, "limits", pair->limited ? "on" : "off");
    record_param_number(record, "uid", trial_uid(&trial));
    for (size_t i = 0; i < TENANTS && neighbours->has_cgroups; i++)
        bench_cgroup_ungroup_cpu(&neighbours->cgroups[i]);
    if (trial_start(session, &trial, &victim.process, error) < 0) {
        record->exit = error->exit_status;
        return trial_failed(record, status, error);
    }
    record->t0_ns = victim.process.t0_ns;
    int result = workload_await_ready(&victim, &status, error);
    if (result == 0 && !alone)
        result = start_aggressor(session, neighbours, contender, pair, &aggressor, record, &status,
                                 error);
    if (result == 0) {
        read_standing(session, &victim, alone ? NULL : &aggressor.workload, &standing);
        result = work(session, neighbours, &victim, alone ? NULL : &aggressor, pair,
                      contender->platform->blocks > 0, &status, error);
    }
    if (result == 0) {
        record_times(&neighbours->times, neighbours->victim->every_ns > 0, record);
        if (!alone)
            record_aggressor(&aggressor, record);
        record_standing(&standing, record);
    }
    if (!alone && aggressor.workload.process.pid > 0)
        workload_kill(&aggressor.workload);
    if (result == 0)
        result = workload_end(&victim, &status, error);
    record->exit = victim.process.ended ? victim.process.exit : -1;
    record->status = RECORD_OK;
    if (result < 0) {
        record->metric_count = 0;
        result = trial_failed(record, status, error);
    }
    workload_kill(&victim);
    return result;
}

/* A place in the blocks that nobody can take has a sample that says why. */
static int record_skip(struct session *session, const struct neighbours *neighbours,
                       const struct platform *platform, const struct pair *pair, const char *why,
                       struct error *error)
{
    struct record record = session_record(NAME, neighbours->victim->name, platform);

    record_param_text(&record, "antagonist", pair->antagonist->name);
    record_param_text(&record, "limits", pair->limited ? "on" : "off");
    return session_skip(session, &record, why, error);
}

/* NULL: nothing speaks against it. */
static const char *why_not(const struct session *session, const struct neighbours *neighbours,
                           const struct platform *platform, const struct pair *pair)
{
    bool in_short =
        neighbours->victim == &victims[0] && pair->antagonist <= &antagonists[1] && !pair->limited;

    if (pair->limited && !tenants_know_limits(platform))
        return _("this platform has no limits");
    if (platform->blocks > 0 && session->effort != EFFORT_FULL && !in_short)
        return _("slow by nature: with --full only");
    return NULL;
}

/* Every antagonist, without and with limits, on every platform that can. */
static int fill_places(struct session *session, struct neighbours *neighbours,
                       const struct contender *boxes, size_t box_count, struct error *error)
{
    neighbours->count = 0;
    for (size_t box = 0; box < box_count; box++) {
        for (size_t i = 0; i < 2 * ANTAGONISTS; i++) {
            struct pair pair = {&antagonists[i / 2], i % 2};
            const char *why = why_not(session, neighbours, boxes[box].platform, &pair);
            if (why) {
                int result =
                    record_skip(session, neighbours, boxes[box].platform, &pair, why, error);
                if (result < 0)
                    return result;
            } else if (neighbours->count < CONTENDERS_MAX) {
                neighbours->contenders[neighbours->count] = boxes[box];
                neighbours->pairs[neighbours->count++] = pair;
            }
        }
    }
    return 0;
}

static int run_victim(struct session *session, struct neighbours *neighbours, unsigned index,
                      struct error *error)
{
    struct contender boxes[PLATFORMS_MAX + 1];
    struct schedule_plan plan = {
        .experiment = NAME,
        .workload = victims[index].name,
        .blocks = blocks(session),
        .step = index,
        .steps = VICTIMS,
    };

    neighbours->victim = &victims[index];
    int count = session_contenders(session, NAME, plan.workload, false, boxes, error);
    if (count < 0)
        return count;
    int result =
        session_program(session, neighbours->victim->program, neighbours->victim_program, error);
    if (result == 0)
        result = fill_places(session, neighbours, boxes, (size_t)count, error);
    if (result == 0)
        result = session_each(session, &plan, neighbours->contenders, neighbours->count, try,
                              neighbours, error);
    return result;
}

/* One for each tenant, side by side; the ceiling is around the aggressor alone. */
static bool make_cgroups(struct bench_cgroup cgroups[TENANTS], const char *scratch)
{
    struct error ignored;
    char name[128];

    snprintf(name, sizeof name, "%s-aggressor", scratch);
    if (!aggressor_make_ceiling(&cgroups[AGGRESSOR], name))
        return false;
    snprintf(name, sizeof name, "%s-victim", scratch);
    if (bench_cgroup_make(&cgroups[VICTIM], name, &ignored) == 0)
        return true;
    bench_cgroup_remove(&cgroups[AGGRESSOR]);
    return false;
}

static int run(struct session *session, struct error *error)
{
    static struct neighbours neighbours; /* of some size; the harness runs it once at a time */
    int result = 0;

    for (size_t i = 1; i < ANTAGONISTS && result == 0; i++)
        result = session_program(session, antagonists[i].program, neighbours.antagonist_programs[i],
                                 error);
    if (result < 0)
        return result;
    neighbours.has_cgroups = make_cgroups(neighbours.cgroups, session->scratch->name);
    for (unsigned i = 0; i < VICTIMS && result == 0; i++)
        result = run_victim(session, &neighbours, i, error);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    for (size_t i = 0; i < TENANTS && neighbours.has_cgroups; i++)
        bench_cgroup_remove(&neighbours.cgroups[i]);
    return result;
}

const struct experiment experiment_neighbours = {
    .name = NAME,
    .purpose = N_("what a tenant notices of another one that takes all it can get"),
    .expect_ns = expect_ns,
    .run = run,
};
