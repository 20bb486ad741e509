/* SPDX-License-Identifier: MIT */
#include "bench/experiments/live.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/analysis/statistics.h"
#include "bench/experiments/aggressor.h"
#include "bench/experiments/aside.h"
#include "bench/process/guard.h"
#include "bench/process/spawn.h"
#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/i18n.h"

enum {
    REQUESTS = 100, /* the fewest that have a 99th percentile */
    EVERY_MS = 2,
    SLOW_TIMES = 10,
    AWAKE_US = 200,   /* of the client, before a request is due */
    START_MS = 10000, /* for a box to be ready, */
    ANSWER_MS = 5000, /* and for all answers; SLOW_TIMES as long where it is slow by nature */
    BURY_MS = 2000,
};

const char *const live_limits_names[] = {"off", "on", "none"};
const char *const live_beside_names[] = {"no", "ran", "ended", "cannot"};

static int64_t patience_ns(const struct live_box *box, int64_t ms)
{
    return ms * NS_PER_MS * (box->platform->blocks > 0 ? SLOW_TIMES : 1);
}

/* Whom the victims' boxes are left to; everything else below us goes. */
static size_t list_victims(const struct live *live, pid_t pids[PLATFORMS_MAX])
{
    size_t count = 0;

    for (size_t i = 0; i < live->box_count; i++)
        if (live->boxes[i].stands)
            pids[count++] = live->boxes[i].victim.process.pid;
    return count;
}

/* What a killed box leaves becomes our child. A cgroup with a process in it cannot be removed, and
   the next turn must be without those of this one. */
static void bury_others(const struct live *live)
{
    int64_t until_ns = clock_now_ns() + BURY_MS * NS_PER_MS;
    struct tree *tree = malloc(sizeof *tree);
    pid_t victims[PLATFORMS_MAX];
    size_t count = list_victims(live, victims);

    while (tree && tree_read_without(tree, getpid(), victims, count) == 0 && tree->count > 1 &&
           clock_now_ns() < until_ns) {
        for (size_t i = 1; i < tree->count; i++)
            kill(tree->pids[i], SIGKILL);
        for (size_t i = 1; i < tree->count; i++)
            waitpid(tree->pids[i], NULL, WNOHANG);
        guard_pause(NS_PER_MS);
    }
    free(tree);
}

static void end_victim(struct live *live, struct live_box *box)
{
    if (!box->stands)
        return;
    workload_kill(&box->victim);
    box->stands = false;
    bury_others(live);
}

/* The box of a tenant: 0 is the victim, the others are the antagonists. */
static struct trial tenant_trial(const struct live *live, const struct live_box *box,
                                 unsigned tenant)
{
    const struct bench_cgroup *around = tenant ? &live->ceiling : &box->cgroup;
    struct trial trial = {
        .platform = box->platform,
        .program = tenant ? live->antagonist_programs[tenant] : live->victim_program,
        .args = tenant ? antagonists[tenant].args : NULL,
        .input = true,
        .bound = true,
        .tenant = tenant,
        .cgroup = (tenant ? live->has_ceiling : box->has_cgroup) ? around : NULL,
    };
    if (live->limits && tenants_know_limits(box->platform))
        tenants_limit(&trial);
    return trial;
}

static int start_tenant(struct live *live, const struct live_box *box, unsigned tenant,
                        struct workload *workload, enum record_status *status, struct error *error)
{
    struct trial trial = tenant_trial(live, box, tenant);

    *status = RECORD_FAILED;
    *workload = (struct workload){
        .process = {.pidfd = -1, .input = -1, .output_fd = -1, .errors_fd = -1}
    };
    int result = trial_start(live->session, &trial, &workload->process, error);
    if (result < 0)
        return result;
    workload->process.deadline_ns = clock_now_ns() + patience_ns(box, START_MS);
    result = workload_await_ready(workload, status, error);
    if (result < 0)
        workload_kill(workload);
    return result;
}

/* A victim stands until limits change, or it fails. */
static int have_victim(struct live *live, struct live_box *box, struct live_turn *turn,
                       struct error *error)
{
    bool limited = live->limits && tenants_know_limits(box->platform);

    if (box->stands && box->limited == limited)
        return 0;
    end_victim(live, box);
    if (box->has_cgroup)
        bench_cgroup_ungroup_cpu(&box->cgroup);
    int result = start_tenant(live, box, 0, &box->victim, &turn->status, error);
    if (result < 0 && turn->status == RECORD_SKIPPED)
        snprintf(box->reason, sizeof box->reason, "%.*s", (int)sizeof box->reason - 1, error->text);
    box->stands = result == 0;
    box->limited = limited;
    return result;
}

/* The antagonists of a turn. */
struct company {
    struct aggressor aggressors[ANTAGONISTS];
    bool there[ANTAGONISTS];
};

static int start_company(struct live *live, struct live_box *box, struct company *company,
                         struct live_turn *turn, struct error *error)
{
    enum record_status status;

    if (live->has_ceiling)
        bench_cgroup_ungroup_cpu(&live->ceiling);
    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        if (!live->wanted[i])
            continue;
        char *why = turn->beside[i].why;
        turn->beside[i].state = LIVE_CANNOT;
        snprintf(why, LIVE_WHY_MAX, "%s", box->cannot[i]);
        if (*why)
            continue;
        if (start_tenant(live, box, i, &company->aggressors[i].workload, &status, error) < 0) {
            if (error->errnum == EINTR)
                return -EINTR;
            snprintf(why, LIVE_WHY_MAX, "%.*s", LIVE_WHY_MAX - 1, error->text);
            if (status == RECORD_SKIPPED)
                memcpy(box->cannot[i], why, LIVE_WHY_MAX);
            continue;
        }
        company->there[i] = true;
        turn->beside[i].state = LIVE_RAN;
    }
    return 0;
}

static void tick(void *context)
{
    struct company *company = context;

    for (unsigned i = 1; i < ANTAGONISTS; i++)
        if (company->there[i])
            aggressor_tick(&company->aggressors[i]);
}

/* Returns the first error; what they have got until then does not count. */
static int begin_company(struct company *company, struct error *error)
{
    for (unsigned i = 1; i < ANTAGONISTS; i++)
        if (company->there[i] &&
            aggressor_begin(&company->aggressors[i], antagonists[i].units, error) < 0)
            return -EINTR;
    tick(company);
    for (unsigned i = 1; i < ANTAGONISTS; i++)
        company->aggressors[i].got = 0;
    return 0;
}

static void end_company(struct live *live, struct company *company, struct live_turn *turn)
{
    bool any = false;

    tick(company);
    for (unsigned i = 1; i < ANTAGONISTS; i++) {
        any |= live->wanted[i];
        if (!company->there[i])
            continue;
        turn->beside[i].work = company->aggressors[i].got;
        if (aggressor_is_over(&company->aggressors[i], &turn->beside[i].exit))
            turn->beside[i].state = LIVE_ENDED;
        workload_kill(&company->aggressors[i].workload);
    }
    if (any)
        bury_others(live);
}

static void note_times(struct client_times *times, struct live_turn *turn)
{
    statistics_sort(times->latency_ns, times->count);
    statistics_sort(times->late_ns, times->count);
    turn->p50_ns = (int64_t)statistics_quantile(times->latency_ns, times->count, 0.5);
    turn->p99_ns = (int64_t)statistics_quantile(times->latency_ns, times->count, 0.99);
    turn->late_ns = (int64_t)statistics_quantile(times->late_ns, times->count, 0.99);
    turn->requests = times->count;
    turn->window_ns = times->window_ns;
}

/* Both sides stand: have them work side by side. Nothing is started in here (aside.h). */
static int work(struct live *live, struct live_box *box, struct company *company,
                struct live_turn *turn, struct error *error)
{
    struct client client = {
        .iterations = 1,
        .requests = REQUESTS,
        .every_ns = patience_ns(box, EVERY_MS),
        .tick = tick,
        .context = company,
    };
    struct aside aside;

    step_aside(live->session->work_cpu, &aside);
    client.awake_ns = aside.moved ? AWAKE_US * NS_PER_US : 0;
    int result = begin_company(company, error);
    box->victim.process.deadline_ns = clock_now_ns() + patience_ns(box, ANSWER_MS);
    if (result == 0)
        result = client_run(&client, &box->victim, &live->times, &turn->status, error);
    step_back(&aside);
    return result;
}

static int turn_of(struct live *live, struct live_box *box, struct live_turn *turn,
                   struct error *error)
{
    struct company company = {0};

    *turn = (struct live_turn){.box = box, .status = RECORD_FAILED};
    if (live->limits)
        turn->limits = tenants_know_limits(box->platform) ? LIVE_LIMITS_ON : LIVE_LIMITS_NONE;
    int result = have_victim(live, box, turn, error);
    if (result == 0)
        result = start_company(live, box, &company, turn, error);
    if (result == 0)
        result = work(live, box, &company, turn, error);
    end_company(live, &company, turn);
    if (result == 0) {
        turn->status = RECORD_OK;
        process_last_error_line(&box->victim.process, turn->remark, sizeof turn->remark);
        note_times(&live->times, turn);
        return 0;
    }
    if (error->errnum == EINTR)
        return -EINTR;
    snprintf(turn->reason, sizeof turn->reason, "%.*s", (int)sizeof turn->reason - 1, error->text);
    end_victim(live, box);
    return 0;
}

bool live_can_take_turns(const struct live *live)
{
    for (size_t i = 0; i < live->box_count; i++)
        if (!*live->boxes[i].reason)
            return true;
    return false;
}

int live_take_turn(struct live *live, struct live_turn *turn, struct error *error)
{
    for (size_t tries = 0; tries < 2 * live->box_count; tries++) {
        if (live->next == 0)
            schedule_block(&live->schedule);
        struct live_box *box = &live->boxes[live->schedule.order[live->next]];
        live->next = (live->next + 1) % (unsigned)live->box_count;
        if (*box->reason)
            continue;
        int result = turn_of(live, box, turn, error);
        return result < 0 ? result : 1;
    }
    return 0;
}

/* Beside the antagonists' ceiling, below the same parent; without it none has one. */
static void make_cgroups(struct live *live)
{
    const char *scratch = live->session->scratch->name;
    struct error ignored;
    char name[160];

    snprintf(name, sizeof name, "%s-aggressor", scratch);
    live->has_ceiling = aggressor_make_ceiling(&live->ceiling, name);
    for (size_t i = 0; i < live->box_count && live->has_ceiling; i++) {
        struct live_box *box = &live->boxes[i];
        snprintf(name, sizeof name, "%s-victim-%zu", scratch, i);
        box->has_cgroup = !*box->reason && bench_cgroup_make(&box->cgroup, name, &ignored) == 0;
    }
}

int live_begin(struct live *live, struct session *session, struct error *error)
{
    *live = (struct live){.session = session};
    int result = session_program(session, "server", live->victim_program, error);
    for (unsigned i = 1; i < ANTAGONISTS && result == 0; i++)
        result =
            session_program(session, antagonists[i].program, live->antagonist_programs[i], error);
    if (result < 0)
        return result;
    for (size_t i = 0; i < session->box_count; i++) {
        const struct box *from = &session->boxes[i];
        struct live_box *box = &live->boxes[live->box_count++];
        box->platform = from->platform;
        memcpy(box->reason, from->reason, sizeof box->reason);
        if (!*box->reason && from->platform->blocks > 0 && !from->asked_for)
            snprintf(box->reason, sizeof box->reason, "%s",
                     _("slow by nature: --platform names it to have it here"));
    }
    schedule_start(&live->schedule, session->seed, "live", (unsigned)live->box_count);
    make_cgroups(live);
    return 0;
}

void live_end(struct live *live)
{
    for (size_t i = 0; i < live->box_count; i++)
        if (live->boxes[i].stands)
            workload_kill(&live->boxes[i].victim);
    spawn_kill_all(); /* a cgroup with a process in it cannot be removed */
    for (size_t i = 0; i < live->box_count; i++)
        if (live->boxes[i].has_cgroup)
            bench_cgroup_remove(&live->boxes[i].cgroup);
    if (live->has_ceiling)
        bench_cgroup_remove(&live->ceiling);
}
