/* SPDX-License-Identifier: MIT */
/* The schedule at work: who takes part, in which order, and one sample after each trial. */
#include "bench/session.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/guard.h"
#include "bench/schedule.h"
#include "bench/spawn.h"
#include "common/clock.h"

enum {
    LEAST_FOR_INTERVAL = 6, /* 95 % between the least and the greatest: 1 - 2 / 2^6 */
    QUICK_DIVISOR = 4,
    FULL_FACTOR = 3,
};

unsigned session_runs(const struct session *session, unsigned usual)
{
    if (session->runs)
        return session->runs;
    if (session->effort == EFFORT_FULL)
        return usual * FULL_FACTOR;
    unsigned quick = usual / QUICK_DIVISOR;
    if (quick < LEAST_FOR_INTERVAL)
        quick = LEAST_FOR_INTERVAL;
    return session->effort == EFFORT_QUICK && quick < usual ? quick : usual;
}

unsigned session_most_blocks(const struct session *session, const struct platform *platform)
{
    if (session->runs || platform->blocks == 0)
        return 0;
    return session->effort == EFFORT_QUICK ? 1 : session_runs(session, platform->blocks);
}

int session_program(const struct session *session, const char *name, char *path,
                    struct error *error)
{
    char below[256];

    snprintf(below, sizeof below, "%s%s", strchr(name, '/') ? "" : "workloads/", name);
    return paths_join(path, session->paths.libexec, below, error);
}

static struct record new_record(const char *experiment, const char *workload,
                                const struct platform *platform)
{
    return (struct record){
        .experiment = experiment,
        .workload = workload,
        .platform = platform->name,
        .exit = -1,
        .t0_ns = clock_now_ns(),
    };
}

static int record_skip(struct session *session, const char *experiment, const char *workload,
                       const struct box *box, struct error *error)
{
    struct record record = new_record(experiment, workload, box->platform);

    record.status = RECORD_SKIPPED;
    snprintf(record.reason, sizeof record.reason, "%s", box->reason);
    return recorder_write(&session->recorder, &record, error);
}

static bool takes_part(const struct box *box, const char *experiment)
{
    const struct words *only = &box->platform->only;

    for (size_t i = 0; i < only->count; i++)
        if (strcmp(only->word[i], experiment) == 0)
            return true;
    return box->asked_for || only->count == 0;
}

int session_contenders(struct session *session, const char *experiment, const char *workload,
                       bool twice, struct contender contenders[PLATFORMS_MAX + 1],
                       struct error *error)
{
    bool again = session->skips_recorded && strcmp(session->skips_recorded, experiment) == 0;
    int count = 0;

    session->skips_recorded = experiment;
    for (size_t i = 0; i < session->box_count; i++) {
        const struct box *box = &session->boxes[i];
        if (!takes_part(box, experiment))
            continue;
        if (*box->reason) {
            int result = again ? 0 : record_skip(session, experiment, workload, box, error);
            if (result < 0)
                return result;
            continue;
        }
        contenders[count++] = (struct contender){.platform = box->platform, .arm = "a"};
        if (twice && strcmp(box->platform->name, "native") == 0)
            contenders[count++] = (struct contender){.platform = box->platform, .arm = "b"};
    }
    return count;
}

/* One trial with all that belongs around it. */
static int try_one(struct session *session, const struct schedule_plan *plan,
                   struct contender *contender, unsigned block, unsigned order, bool keep,
                   session_try *try, void *context, struct error *error)
{
    struct record record = new_record(plan->experiment, plan->workload, contender->platform);
    int result;

    if (plan->pause && !session->burst && !guard_pause(SESSION_PAUSE_MS * NS_PER_MS))
        return error_set(error, EINTR, "interrupted");
    record.block = block;
    record.order = order;
    result = try(session, context, contender, &record, error);
    spawn_kill_all();
    if (guard_interrupted())
        return error_set(error, EINTR, "interrupted");
    contender->out = record.status != RECORD_OK;
    if (result == 0 && (keep || contender->out))
        result = recorder_write(&session->recorder, &record, error);
    return result;
}

int session_each(struct session *session, const struct schedule_plan *plan,
                 struct contender *contenders, size_t count, session_try *try, void *context,
                 struct error *error)
{
    struct schedule schedule;
    char name[256];
    uint64_t step = plan->step, steps = plan->steps ? plan->steps : 1;

    snprintf(name, sizeof name, "%s %s %s", plan->experiment, plan->workload,
             plan->variant ? plan->variant : "");
    schedule_start(&schedule, session->seed, name, (unsigned)count);
    for (size_t i = 0; plan->warm_up && i < count; i++) {
        bool needless = contenders[i].out || contenders[i].warm;
        int result = needless ? 0
                              : try_one(session, plan, &contenders[i], 0, (unsigned)i, false, try,
                                        context, error);
        if (result < 0)
            return result;
    }
    for (unsigned block = 0; block < plan->blocks; block++) {
        schedule_block(&schedule);
        for (unsigned order = 0; order < count; order++) {
            struct contender *contender = &contenders[schedule.order[order]];
            unsigned most = session_most_blocks(session, contender->platform);
            if (contender->out || (most && block >= most))
                continue;
            int result = try_one(session, plan, contender, block, order, true, try, context, error);
            if (result < 0)
                return result;
            progress_step(&session->progress, (step * plan->blocks + block) * count + order + 1,
                          steps * plan->blocks * count);
        }
    }
    return 0;
}

int session_prepare(struct session *session, const struct trial *trial, const char *experiment,
                    const char *workload, struct contender *contenders, size_t count,
                    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct platform *platform = contenders[i].platform;
        struct record record = new_record(experiment, workload, platform);
        struct trial here = *trial;
        char folder[1200];

        here.platform = platform;
        snprintf(folder, sizeof folder, "%s/%s", session->scratch->folder, platform->name);
        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
            return error_set_errno(error, errno, "cannot make %s", folder);
        if (trial_prepare(session, &here, false, error) == 0)
            continue;
        int result = trial_failed(&record, RECORD_FAILED, error);
        if (result == 0)
            result = recorder_write(&session->recorder, &record, error);
        if (result < 0)
            return result;
        contenders[i].out = true;
    }
    return 0;
}

void session_cleanup(struct session *session, const struct trial *trial,
                     const struct contender *contenders, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct trial here = *trial;
        struct error ignored; /* the scratch folder goes in any case */

        here.platform = contenders[i].platform;
        trial_prepare(session, &here, true, &ignored);
    }
    spawn_kill_all();
}
