/* SPDX-License-Identifier: MIT */
/*
 * harness: what does the harness itself cost, in the times it reports and around them?
 *
 * The same native program, `hello`, in two loops, interleaved: the harness's way (its own clone(2),
 * three pipes, ppoll on all of them, a session and a parent-death signal), and the barest loop that
 * could measure the same: one pipe, posix_spawn(3), a blocking read(2), waitpid(2). Their
 * difference is what the harness adds to every time it reports, in every box alike. outside_ns is
 * what it spends around a trial, which no time contains: it delays, and does not distort.
 */
#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/experiments/experiment.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { BLOCKS = 20, EXPECTED_TRIAL_MS = 3 };

struct harness {
    char program[PATHS_MAX];
    const struct platform *native;
};

static int64_t expect_ns(const struct session *session)
{
    int64_t trial_ms = EXPECTED_TRIAL_MS + (session->burst ? 0 : SESSION_PAUSE_MS);
    return (int64_t)session_runs(session, BLOCKS) * 2 * trial_ms * NS_PER_MS;
}

static int run_bare(const struct session *session, struct harness *harness,
                    struct trial_times *times, struct record *record, struct error *error)
{
    char *argv[] = {harness->program, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2], status;
    char output[64];
    pid_t pid;

    if (pipe(ends) < 0)
        return error_set_errno(error, errno, "cannot make a pipe");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);

    record->t0_ns = clock_now_ns();
    int failed = posix_spawn(&pid, harness->program, &actions, NULL, argv, session->environment);
    if (!failed) {
        close(ends[1]);
        ssize_t got = read(ends[0], output, sizeof output);
        times->first_output_ns = got > 0 ? clock_now_ns() - record->t0_ns : -1;
        while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
            ;
        times->end_ns = clock_now_ns() - record->t0_ns;
        record->status = RECORD_OK;
        record->exit = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    } else {
        close(ends[1]);
    }
    posix_spawn_file_actions_destroy(&actions);
    close(ends[0]);
    return failed ? error_set_errno(error, failed, "cannot start %s", harness->program) : 0;
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    struct harness *harness = context;
    bool bare = strcmp(contender->arm, "bare") == 0;
    struct trial trial = {.platform = harness->native, .program = harness->program};
    struct trial_times times;
    int64_t start_ns = clock_now_ns();
    int result;

    record_param_text(record, "loop", contender->arm);
    if (bare)
        result = run_bare(session, harness, &times, record, error);
    else
        result = trial_run(session, &trial, NULL, NULL, &times, record, error);
    if (result < 0 || record->status != RECORD_OK)
        return result;
    if (times.first_output_ns >= 0)
        record_metric(record, "first_output_ns", times.first_output_ns);
    record_metric(record, "end_ns", times.end_ns);
    if (!bare)
        record_metric(record, "outside_ns", clock_now_ns() - start_ns - times.end_ns);
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct harness harness = {.native = platforms_find(&session->platforms, "native", 6)};
    struct contender loops[] = {
        {.platform = harness.native, .arm = "bare"   },
        {.platform = harness.native, .arm = "harness"},
    };
    struct schedule_plan plan = {
        .experiment = "harness",
        .workload = "hello",
        .blocks = session_runs(session, BLOCKS),
        .pause = true,
        .warm_up = true,
    };

    if (!harness.native)
        return 0;
    int result = session_program(session, "hello", harness.program, error);
    if (result < 0)
        return result;
    return session_each(session, &plan, loops, 2, try, &harness, error);
}

const struct experiment experiment_harness = {
    .name = "harness",
    .purpose = N_("what the harness itself adds to the times it reports"),
    .expect_ns = expect_ns,
    .run = run,
};
