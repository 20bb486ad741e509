/* SPDX-License-Identifier: MIT */
/*
 * program: a user's program in every box: time to its first output, to its end, processor time, and
 * whether it did the same everywhere.
 *
 * One run before all others, natively where that is chosen, gives the reference: every other run
 * must write the same bytes to standard output and end with the same status. A run that does not is
 * a failed sample with its times, and the box runs no further.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "bench/experiments/experiment.h"
#include "bench/process/guard.h"
#include "bench/process/output.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

enum {
    BLOCKS_MOST = 10,
    BLOCKS_LEAST = 3,
    BUDGET_S = 45, /* for a program that takes long, fewer blocks; --runs says otherwise */
    EXPECTED_TRIAL_MS = 60,
};

struct program {
    struct output_reference reference;
    bool compared; /* there is a reference */
    const char *reference_name;
    int reference_exit;
};

static int64_t expect_ns(const struct session *session)
{
    return (int64_t)(session_runs(session, BLOCKS_MOST) * (session->box_count + 1)) *
           EXPECTED_TRIAL_MS * NS_PER_MS;
}

static struct trial program_trial(const struct session *session, const struct platform *platform)
{
    return (struct trial){
        .platform = platform,
        .program = session->program,
        .args = session->args,
        .files = true,
    };
}

static void add_to_reference(void *context, const char *data, size_t length)
{
    output_reference_add(context, data, length);
}

static void add_to_comparison(void *context, const char *data, size_t length)
{
    output_comparison_add(context, data, length);
}

/* Which box is the reference: native where it takes part. */
static const struct platform *choose_reference(struct contender *contenders, int count)
{
    const struct platform *chosen = contenders[0].platform;

    for (int i = 0; i < count; i++)
        if (strcmp(contenders[i].platform->name, "native") == 0)
            chosen = contenders[i].platform;
    for (int i = 0; i < count; i++)
        contenders[i].warm = contenders[i].platform == chosen;
    return chosen;
}

static int make_reference(struct session *session, struct program *program,
                          const struct platform *platform, struct error *error)
{
    struct trial trial = program_trial(session, platform);
    struct trial_times times;
    struct record record = {0};

    output_reference_start(&program->reference);
    int result =
        trial_run(session, &trial, add_to_reference, &program->reference, &times, &record, error);
    spawn_kill_all();
    program->compared = result == 0 && record.status == RECORD_OK;
    program->reference_name = platform->name;
    program->reference_exit = record.exit;
    session->program_ns = times.end_ns;
    session->timed_out = record.status == RECORD_TIMEOUT;
    return result;
}

static void note_difference(struct session *session, const struct program *program,
                            const struct record *record)
{
    /* A program that differs from itself is no box's fault, whichever showed it first. */
    if (strcmp(record->platform, program->reference_name) == 0)
        snprintf(session->difference, sizeof session->difference,
                 _("the program does not do the same each time: in %s %s"), record->platform,
                 record->reason);
    else if (!session->outputs_differ)
        snprintf(session->difference, sizeof session->difference,
                 _("the program does not do the same everywhere: compared with %s, in %s %s"),
                 program->reference_name, record->platform, record->reason);
    session->outputs_differ = true;
}

static void compare(struct session *session, const struct program *program,
                    const struct output_comparison *output, struct record *record)
{
    char text[128];

    record_metric(record, "output_bytes", (int64_t)output->bytes);
    record_metric(record, "output_hash", (int64_t)output->hash);
    if (output_comparison_end(output, text, sizeof text))
        snprintf(record->reason, sizeof record->reason, "%s", text);
    else if (record->exit != program->reference_exit)
        snprintf(record->reason, sizeof record->reason, _("it ended with status %d instead of %d"),
                 record->exit, program->reference_exit);
    else
        return;
    record->status = RECORD_FAILED;
    note_difference(session, program, record);
}

static int try(struct session *session, void *context, const struct contender *contender,
               struct record *record, struct error *error)
{
    const struct program *program = context;
    struct trial trial = program_trial(session, contender->platform);
    struct output_comparison output;
    struct trial_times times;

    record_param_text(record, "arm", contender->arm);
    output_comparison_start(&output, &program->reference);
    int result = trial_run(session, &trial, add_to_comparison, &output, &times, record, error);
    if (result < 0)
        return result;
    /* A program may itself end with one of the statuses that a box uses for its own failures. */
    if (record->status == RECORD_FAILED && times.end_ns > 0 && program->compared &&
        record->exit == program->reference_exit) {
        record->status = RECORD_OK;
        *record->reason = '\0';
    }
    if (record->status != RECORD_OK)
        return 0;
    trial_metrics(&times, record);
    if (program->compared)
        compare(session, program, &output, record);
    return 0;
}

static unsigned choose_blocks(const struct session *session, int count)
{
    int64_t block_ns = (session->program_ns + SESSION_PAUSE_MS * NS_PER_MS) * count;
    int64_t fit = BUDGET_S * NS_PER_S / (block_ns > 0 ? block_ns : 1);

    if (session->runs)
        return session->runs;
    return fit > BLOCKS_MOST ? BLOCKS_MOST : fit < BLOCKS_LEAST ? BLOCKS_LEAST : (unsigned)fit;
}

/* A box that cannot be given the files that the program needs is out before it starts. */
static int drop_without_files(struct session *session, struct contender *contenders, int count,
                              struct error *error)
{
    for (int i = 0; i < count && session->file_count > 0; i++) {
        if (platform_has(contenders[i].platform, OPTION_FILE))
            continue;
        struct record record = {
            .experiment = "program",
            .workload = session->program,
            .platform = contenders[i].platform->name,
            .t0_ns = clock_now_ns(),
            .status = RECORD_SKIPPED,
            .exit = -1,
        };
        snprintf(record.reason, sizeof record.reason, "%s", _("it cannot be given a file"));
        int result = recorder_write(&session->recorder, &record, error);
        if (result < 0)
            return result;
        contenders[i].out = true;
    }
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct contender contenders[PLATFORMS_MAX + 1];
    struct program program = {0};
    struct schedule_plan plan = {
        .experiment = "program",
        .workload = session->program,
        .pause = true,
        .warm_up = true,
    };

    if (!session->program)
        return error_set(error, EINVAL, _("which program? put it behind --"));
    int count = session_contenders(session, "program", session->program, true, contenders, error);
    if (count <= 0)
        return count;
    int result = drop_without_files(session, contenders, count, error);
    if (result == 0)
        result = make_reference(session, &program, choose_reference(contenders, count), error);
    if (result == 0) {
        plan.blocks = choose_blocks(session, count);
        progress_expect(&session->progress,
                        (int64_t)(plan.blocks + 1) * count *
                            (session->program_ns + (SESSION_PAUSE_MS + 5) * NS_PER_MS));
        result = session_each(session, &plan, contenders, (size_t)count, try, &program, error);
    }
    output_reference_free(&program.reference);
    return result;
}

const struct experiment experiment_program = {
    .name = "program",
    .purpose = N_("your own program everywhere: its times, and that it does the same"),
    .expect_ns = expect_ns,
    .run = run,
};
