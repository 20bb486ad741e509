/* SPDX-License-Identifier: MIT */
/* The schedule at work: who takes part, in which order, and one sample after each trial. */
#include "bench/harness/session.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "bench/harness/precision.h"
#include "bench/harness/resume.h"
#include "bench/harness/schedule.h"
#include "bench/process/guard.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

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

struct record session_record(const char *experiment, const char *workload,
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

int session_skip(struct session *session, struct record *record, const char *why,
                 struct error *error)
{
    record->status = RECORD_SKIPPED;
    snprintf(record->reason, sizeof record->reason, "%s", why);
    return recorder_write(&session->recorder, record, error);
}

bool session_takes_part(const struct box *box, const char *experiment)
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
        if (!session_takes_part(box, experiment))
            continue;
        if (*box->reason) {
            struct record record = session_record(experiment, workload, box->platform);
            int result = again ? 0 : session_skip(session, &record, box->reason, error);
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

/* One trial with all that belongs around it. *first becomes its first metric, or negative. */
static int try_one(struct session *session, const struct schedule_plan *plan,
                   struct contender *contender, unsigned block, unsigned order, bool keep,
                   session_try *try, void *context, int64_t *first, struct error *error)
{
    struct record record;
    int result;

    progress_rest(&session->progress);
    record = session_record(plan->experiment, plan->workload, contender->platform);
    if (plan->pause && !session->burst) {
        int64_t start_ns = clock_now_ns();
        if (!guard_pause(SESSION_PAUSE_MS * NS_PER_MS))
            return error_set(error, EINTR, "interrupted");
        session->pauses_ns += clock_now_ns() - start_ns;
    }
    record.block = block;
    record.order = order;
    result = try(session, context, contender, &record, error);
    spawn_kill_all();
    if (guard_interrupted())
        return error_set(error, EINTR, "interrupted");
    contender->out = record.status != RECORD_OK;
    if (first)
        *first = record.metric_count > 0 ? record.metrics[0].value : -1;
    if (result == 0 && (keep || contender->out))
        result = recorder_write(&session->recorder, &record, error);
    return result;
}

/* A plan while it is carried out. */
struct carrying_out {
    struct session *session;
    const struct schedule_plan *plan;
    struct contender *contenders;
    size_t count;
    unsigned blocks; /* the most that there can be */
    bool *there;     /* by block and order: the run that goes on has its sample */
    struct precision precision;
};

static void start_schedule(struct schedule *schedule, const struct carrying_out *work)
{
    const struct schedule_plan *plan = work->plan;
    char name[256];

    snprintf(name, sizeof name, "%s %s %s", plan->experiment, plan->workload,
             plan->variant ? plan->variant : "");
    schedule_start(schedule, work->session->seed, name, (unsigned)work->count);
}

/* Whether a contender is to have a trial in this block. */
static bool is_due(const struct carrying_out *work, const struct contender *contender,
                   unsigned block)
{
    unsigned most = session_most_blocks(work->session, contender->platform);

    return !contender->out && (!most || block < most);
}

/* After a block: whether that was enough. */
static bool is_enough(struct carrying_out *work, unsigned blocks)
{
    struct precision_worst worst;

    for (size_t i = 0; work->precision.series && i < work->count; i++)
        work->precision.series[i].left_out =
            work->contenders[i].out ||
            session_most_blocks(work->session, work->contenders[i].platform) > 0;
    return blocks >= PRECISION_BLOCKS_MIN && precision_reached(&work->precision, &worst);
}

/*
 * The sample at the end of a trial, which is taken with all before it; NULL: the trial is to be
 * made, and what is there of one that was cut off is not written again.
 */
static const struct sample *take_trial(struct resume *resume, const struct schedule_plan *plan,
                                       const struct platform *platform, unsigned block,
                                       unsigned order)
{
    const struct sample *sample;
    size_t before = resume->next;

    while ((sample = resume_take(resume, plan->experiment, plan->workload, platform->name, block,
                                 order)))
        if (!plan->last_has || sample->status != SAMPLE_OK || *sample_param(sample, plan->last_has))
            return sample;
    resume_make_again(resume, before);
    return NULL;
}

/* Of a run that goes on: finds what is there, and who failed already. */
static int find_what_is_there(struct carrying_out *work)
{
    const struct schedule_plan *plan = work->plan;
    struct resume *resume = work->session->resume;
    struct schedule schedule;
    int result = 0;

    if (!resume)
        return 0;
    for (size_t i = 0; plan->warm_up && i < work->count; i++) {
        struct contender *contender = &work->contenders[i];
        if (!contender->out && !contender->warm)
            contender->out = resume_take_failure(resume, plan->experiment, plan->workload,
                                                 contender->platform->name, (unsigned)i) != NULL;
    }
    start_schedule(&schedule, work);
    for (unsigned block = 0; block < work->blocks && result == 0; block++) {
        bool whole = true;
        schedule_block(&schedule);
        for (unsigned order = 0; order < work->count && result == 0; order++) {
            unsigned place = schedule.order[order];
            struct contender *contender = &work->contenders[place];
            if (!is_due(work, contender, block))
                continue;
            const struct sample *sample =
                take_trial(resume, plan, contender->platform, block, order);
            work->there[block * work->count + order] = sample != NULL;
            whole = whole && sample;
            contender->out = sample && sample->status != SAMPLE_OK;
            if (sample && sample->status == SAMPLE_OK && sample->metric_count > 0)
                result = precision_add(&work->precision, place, (double)sample->metrics[0].value);
        }
        if (!whole)
            break;
        if (is_enough(work, block + 1))
            work->blocks = block + 1;
    }
    return result;
}

static bool is_there(const struct carrying_out *work, unsigned block, unsigned order)
{
    return work->there && work->there[block * work->count + order];
}

/* Whether this contender, or any (contender NULL), has a trial before it. */
static bool has_left(const struct carrying_out *work, const struct contender *contender)
{
    struct schedule schedule;

    start_schedule(&schedule, work);
    for (unsigned block = 0; block < work->blocks; block++) {
        schedule_block(&schedule);
        for (unsigned order = 0; order < work->count; order++) {
            const struct contender *due = &work->contenders[schedule.order[order]];
            if ((!contender || contender == due) && !is_there(work, block, order) &&
                is_due(work, due, block))
                return true;
        }
    }
    return false;
}

static int warm_up(struct carrying_out *work, session_try *try, void *context, struct error *error)
{
    int result = 0;

    for (size_t i = 0; i < work->count && result == 0; i++) {
        struct contender *contender = &work->contenders[i];
        if (!contender->out && !contender->warm && has_left(work, contender))
            result = try_one(work->session, work->plan, contender, 0, (unsigned)i, false, try,
                             context, NULL, error);
    }
    return result;
}

static int run_block(struct carrying_out *work, const struct schedule *schedule, unsigned block,
                     session_try *try, void *context, struct error *error)
{
    const struct schedule_plan *plan = work->plan;
    uint64_t step = plan->step, steps = plan->steps ? plan->steps : 1;

    for (unsigned order = 0; order < work->count; order++) {
        unsigned place = schedule->order[order];
        struct contender *contender = &work->contenders[place];
        int64_t first;
        if (!is_due(work, contender, block) || is_there(work, block, order))
            continue;
        int result = try_one(work->session, plan, contender, block, order, true, try, context,
                             &first, error);
        if (result < 0)
            return result;
        if (!contender->out && first >= 0 &&
            precision_add(&work->precision, place, (double)first) < 0)
            return error_set_errno(error, ENOMEM, "cannot keep the values of %s", plan->experiment);
        progress_step(&work->session->progress,
                      (step * work->blocks + block) * work->count + order + 1,
                      steps * work->blocks * work->count);
    }
    return 0;
}

/* All blocks that there may be were not enough. */
static void tell_precision(const struct carrying_out *work)
{
    struct precision_worst worst;

    if (work->precision.wanted <= 0 || precision_reached(&work->precision, &worst))
        return;
    progress_clear(&work->session->progress);
    if (worst.reached < 0)
        fprintf(stderr, _("%s %s: too few runs of '%s' to know how precise they are\n"),
                work->plan->experiment, work->plan->workload,
                work->contenders[worst.contender].platform->name);
    else
        fprintf(stderr,
                _("%s %s: the median of '%s' is known to ±%.1f %%, not to %.1f %%: that should "
                  "take %zu runs\n"),
                work->plan->experiment, work->plan->workload,
                work->contenders[worst.contender].platform->name, 100 * worst.reached,
                100 * work->precision.wanted, worst.runs_needed);
}

static int carry_out(struct carrying_out *work, session_try *try, void *context,
                     struct error *error)
{
    struct schedule schedule;
    int result = 0;

    if (!has_left(work, NULL))
        return 0;
    result = resume_expect_end(work->session->resume, work->plan->experiment, error);
    if (work->plan->warm_up && result == 0)
        result = warm_up(work, try, context, error);
    start_schedule(&schedule, work);
    for (unsigned block = 0; block < work->blocks && result == 0; block++) {
        schedule_block(&schedule);
        result = run_block(work, &schedule, block, try, context, error);
        if (result == 0 && is_enough(work, block + 1))
            return 0;
    }
    if (result == 0)
        tell_precision(work);
    return result;
}

int session_each(struct session *session, const struct schedule_plan *plan,
                 struct contender *contenders, size_t count, session_try *try, void *context,
                 struct error *error)
{
    struct carrying_out work = {
        .session = session,
        .plan = plan,
        .contenders = contenders,
        .count = count,
        .blocks = plan->blocks,
    };

    /* A single block is one that nothing is repeated in: verdicts, not figures. */
    double wanted = plan->blocks > 1 ? session->precision : 0;
    if (wanted > 0 && !session->runs)
        work.blocks *= PRECISION_FACTOR;
    int result = precision_start(&work.precision, wanted, count);
    if (session->resume && result == 0) {
        work.there = calloc(work.blocks * count + 1, sizeof *work.there);
        result = work.there ? find_what_is_there(&work) : -ENOMEM;
    }
    if (result < 0)
        error_set_errno(error, ENOMEM, "cannot carry out the schedule of %s", plan->experiment);
    else
        result = carry_out(&work, try, context, error);
    free(work.there);
    precision_free(&work.precision);
    return result;
}

int session_prepare(struct session *session, const struct trial *trial, const char *experiment,
                    const char *workload, struct contender *contenders, size_t count,
                    struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        const struct platform *platform = contenders[i].platform;
        struct record record = session_record(experiment, workload, platform);
        struct trial here = *trial;
        char folder[1200];

        here.platform = platform;
        snprintf(folder, sizeof folder, "%s/%s", session->scratch->folder, platform->name);
        if (mkdir(folder, 0700) < 0 && errno != EEXIST)
            return error_set_errno(error, errno, "cannot make %s", folder);
        if (resume_take_failure(session->resume, experiment, workload, platform->name, 0)) {
            contenders[i].out = true;
            continue;
        }
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
