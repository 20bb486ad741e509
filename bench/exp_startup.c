/* SPDX-License-Identifier: MIT */
/*
 * startup: how long from starting a box to the first output of the program in it, and to the end of
 * everything?
 *
 * The program is `hello`, which prints a line and ends. Every box gets the same limits where it
 * knows limits. Nothing is bound to a processor: a tool that uses two of them may. With --peers,
 * the other tools of peers.conf take part and the program is `true`, which prints nothing, so that
 * only the end is compared.
 */
#include <stdio.h>

#include "bench/experiment.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { SINGLE_RUNS = 40, BURST_RUNS = 100, EXPECTED_TRIAL_MS = 8 };

struct startup {
    char program[PATHS_MAX];
};

static unsigned blocks(const struct session *session)
{
    return session_runs(session, session->burst ? BURST_RUNS : SINGLE_RUNS);
}

static int64_t expect_ns(const struct session *session)
{
    int64_t trial_ms = EXPECTED_TRIAL_MS + (session->burst ? 0 : SESSION_PAUSE_MS);
    return (int64_t)(blocks(session) * (session->box_count + 1)) * trial_ms * NS_PER_MS;
}

static struct trial startup_trial(const struct startup *startup)
{
    return (struct trial){
        .program = startup->program,
        .value = {[OPTION_MEMORY] = LIMIT_MEMORY,
                  [OPTION_CPUS] = LIMIT_CPUS,
                  [OPTION_PIDS] = LIMIT_PIDS},
    };
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct trial trial = startup_trial(context);
    struct trial_times times;

    trial.platform = contender->platform;
    record_param_text(record, "arm", contender->arm);
    record_param_text(record, "mode", session->burst ? "burst" : "single");
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

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    const char *workload = session->peers ? "true" : "hello";
    struct startup startup;
    struct schedule_plan plan = {
        .experiment = "startup",
        .workload = workload,
        .variant = session->burst ? "burst" : "single",
        .blocks = blocks(session),
        .pause = true,
        .warm_up = true,
    };

    int result = session_program(session, workload, startup.program, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, "startup", workload, true, contenders, error);
    if (count < 0)
        return count;
    struct trial trial = startup_trial(&startup);
    result =
        session_prepare(session, &trial, "startup", workload, contenders, (size_t)count, error);
    if (result == 0)
        result = session_each(session, &plan, contenders, (size_t)count, try, &startup, error);
    session_cleanup(session, &trial, contenders, (size_t)count);
    return result;
}

const struct experiment experiment_startup = {
    .name = "startup",
    .purpose = N_("from starting a box to its program's first output, and to the end"),
    .expect_ns = expect_ns,
    .run = run,
};
