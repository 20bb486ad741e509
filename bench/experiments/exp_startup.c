/* SPDX-License-Identifier: MIT */
/*
 * startup: how long from starting a box to the first output of the program in it, and to the end of
 * everything?
 *
 * The program is `hello`, which prints a line and ends. Every box gets the same limits where it
 * knows limits. Nothing is bound to a processor: a tool that uses two of them may. With --peers,
 * the other tools of peers.conf take part and the program is `true`, which prints nothing, so that
 * only the end is compared.
 *
 * There are single runs, with a pause before each, and then bursts without; --burst leaves the
 * single ones out. Then come the parts (startup_parts.c).
 */
#include <stdio.h>

#include "bench/experiments/experiment.h"
#include "bench/experiments/startup.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { SINGLE_RUNS = 40, BURST_RUNS = 100, EXPECTED_TRIAL_MS = 8, EXPECTED_SLOW_MS = 2500 };

struct startup {
    char program[PATHS_MAX];
    bool burst;
};

static unsigned blocks(const struct session *session, bool burst)
{
    return session_runs(session, burst ? BURST_RUNS : SINGLE_RUNS);
}

/* Where starting is all that is compared, the parts of our own boxes are not asked for. */
static bool has_parts(const struct session *session)
{
    return !session->peers && !session->brief;
}

/* The modes are numbered: 0 single, 1 burst. */
static unsigned first_mode(const struct session *session)
{
    return session->burst ? 1 : 0;
}

static unsigned last_mode(const struct session *session)
{
    return session->burst || !session->brief ? 1 : 0;
}

static int64_t expect_ns(const struct session *session)
{
    int64_t all_ns = has_parts(session) ? startup_parts_expect_ns(session) : 0;

    for (unsigned mode = first_mode(session); mode <= last_mode(session); mode++) {
        unsigned runs = blocks(session, mode == 1), usual = 1; /* native is there twice */
        for (size_t i = 0; i < session->box_count; i++) {
            unsigned most = session_most_blocks(session, session->boxes[i].platform);
            if (most)
                all_ns += (most < runs ? most : runs) * (int64_t)EXPECTED_SLOW_MS * NS_PER_MS;
            else
                usual++;
        }
        all_ns +=
            (int64_t)runs * usual * (EXPECTED_TRIAL_MS + (mode ? 0 : SESSION_PAUSE_MS)) * NS_PER_MS;
    }
    return all_ns;
}

struct trial startup_trial(const char *program)
{
    return (struct trial){
        .program = program,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS},
    };
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    const struct startup *startup = context;
    struct trial trial = startup_trial(startup->program);
    struct trial_times times;

    trial.platform = contender->platform;
    record_param_text(record, "arm", contender->arm);
    record_param_text(record, "mode", startup_mode(startup->burst));
    int result = trial_run(session, &trial, NULL, NULL, &times, record, error);
    if (result < 0 || record->status != RECORD_OK)
        return result;
    if (record->exit != 0) {
        record->status = RECORD_FAILED;
        snprintf(record->reason, sizeof record->reason, _("ended with status %d"), record->exit);
        return 0;
    }
    trial_metrics(&times, record);
    return 0;
}

static int run_modes(struct session *session, struct startup *startup, const char *workload,
                     struct contender *contenders, size_t count, struct error *error)
{
    unsigned first = first_mode(session), last = last_mode(session);
    int result = 0;

    for (unsigned mode = first; mode <= last && result == 0; mode++) {
        startup->burst = mode == 1;
        struct schedule_plan plan = {
            .experiment = STARTUP,
            .workload = workload,
            .variant = startup_mode(startup->burst),
            .blocks = blocks(session, startup->burst),
            .pause = !startup->burst,
            .warm_up = mode == first,
            .step = mode - first,
            .steps = last - first + 1,
        };
        result = session_each(session, &plan, contenders, count, try, startup, error);
    }
    return result;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    const char *workload = session->peers ? "true" : "hello";
    struct startup startup;

    int result = session_program(session, workload, startup.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, STARTUP, workload, true, contenders, error);
    if (count < 0)
        return count;
    struct trial trial = startup_trial(startup.program);
    result = session_prepare(session, &trial, STARTUP, workload, contenders, (size_t)count, error);
    if (result == 0)
        result = run_modes(session, &startup, workload, contenders, (size_t)count, error);
    if (result == 0 && has_parts(session))
        result = startup_stages(session, contenders, (size_t)count, startup.program, error);
    session_cleanup(session, &trial, contenders, (size_t)count);
    if (result == 0 && has_parts(session))
        result = startup_namespaces(session, startup.program, error);
    return result;
}

const struct experiment experiment_startup = {
    .name = STARTUP,
    .purpose = N_("from starting a box to its program's first output, and to the end"),
    .expect_ns = expect_ns,
    .run = run,
};
