/* SPDX-License-Identifier: MIT */
/* How often a piece of work is done, so that it takes long enough natively and ends in all boxes.
 */
#include <errno.h>

#include "bench/experiments/overhead.h"
#include "bench/process/spawn.h"
#include "common/clock.h"

enum {
    LEAST_MS = 100,    /* natively */
    MOST_MS = 500,     /* for the work in the slowest box */
    BELIEVED_MS = 20,  /* shorter than this says little about a box's speed */
    QUICK_DIVISOR = 3, /* with --quick: of the number of turns */
};

struct amount *overhead_amount(struct overhead *overhead, const struct contender *contender)
{
    return contender->platform->blocks ? &overhead->slow[contender - overhead->contenders]
                                       : &overhead->usual;
}

/* What to do with a workload that is ready, before it is ended. */
typedef int workload_talk(struct workload *workload, struct amount *amount,
                          enum record_status *status, struct error *error);

/* Starts the workload in a box, has it talked with, and ends it. */
static int visit(struct session *session, const struct overhead *overhead,
                 const struct platform *platform, workload_talk *talk, struct amount *amount,
                 enum record_status *status, struct error *error)
{
    struct trial trial = overhead_trial(overhead, platform);
    struct workload workload = {0};

    *status = RECORD_FAILED;
    int result = trial_start(session, &trial, &workload.process, error);
    if (result < 0)
        return result;
    result = workload_await_ready(&workload, status, error);
    if (result == 0)
        result = talk(&workload, amount, status, error);
    if (result == 0)
        result = workload_end(&workload, status, error);
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
    amount->checked = result == 0;
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

static const struct platform *find_native(const struct session *session)
{
    return platforms_find(&session->platforms, "native", 6);
}

/* A box that fails in here is left alone: it will fail again in its first trial, and be recorded.
 */
static int limit_by_boxes(struct session *session, struct overhead *overhead, size_t count,
                          struct error *error)
{
    const struct contender *contenders = overhead->contenders;
    enum record_status ignored;
    struct error why;

    for (size_t i = 0; i < count; i++) {
        const struct platform *platform = contenders[i].platform;
        if (platform != find_native(session) && !platform->blocks &&
            visit(session, overhead, platform, limit_iterations, &overhead->usual, &ignored,
                  &why) == -EINTR)
            return error_set(error, EINTR, "interrupted");
    }
    return 0;
}

int overhead_choose(struct session *session, struct overhead *overhead, size_t count,
                    enum record_status *status, struct error *error)
{
    const struct platform *native = find_native(session);
    struct amount *usual = &overhead->usual;

    *status = RECORD_FAILED;
    if (!native)
        return error_set(error, ENOENT, "there is no platform 'native' to calibrate on");
    int result = visit(session, overhead, native, calibrate, usual, status, error);
    if (result == 0 && session->effort == EFFORT_QUICK) {
        usual->iterations = usual->iterations / QUICK_DIVISOR + 1;
        usual->limited = true;
    }
    if (result == 0)
        result = limit_by_boxes(session, overhead, count, error);
    if (result == 0)
        result = visit(session, overhead, native, find_checksum, usual, status, error);
    return result;
}

int overhead_choose_slow(const struct session *session, const struct overhead *overhead,
                         struct workload *workload, struct amount *amount,
                         enum record_status *status, struct error *error)
{
    amount->iterations = overhead->usual.iterations;
    int result = limit_iterations(workload, amount, status, error);
    if (session->effort == EFFORT_QUICK && amount->limited)
        amount->iterations = amount->iterations / QUICK_DIVISOR + 1;
    amount->limited = true;
    return result;
}

int overhead_check_slow(struct session *session, const struct overhead *overhead,
                        struct amount *amount, enum record_status *status, struct error *error)
{
    return visit(session, overhead, find_native(session), find_checksum, amount, status, error);
}
