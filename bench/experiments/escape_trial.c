/* SPDX-License-Identifier: MIT */
/* A trial of the escape matrix from planting to taking away, whatever runs in the box. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/experiments/escape.h"

/*
 * A platform's `prepare` may put the program and its arguments into something, and these are other
 * ones in every trial; so here it is made for each of them, in a folder that is empty.
 */
static int prepare_box(struct session *session, const struct trial *trial, struct error *error)
{
    char folder[1200];
    if (!trial->platform->prepare.given)
        return 0;
    snprintf(folder, sizeof folder, "%s/%s", session->scratch->folder, trial->platform->name);
    if (mkdir(folder, 0700) < 0)
        return error_set_errno(error, errno, "cannot make %s", folder);
    return trial_prepare(session, trial, false, error);
}

static void clean_box(struct session *session, const struct trial *trial)
{
    char folder[1200];
    struct error ignored; /* the folder goes in any case */
    trial_prepare(session, trial, true, &ignored);
    snprintf(folder, sizeof folder, "%s/%s", session->scratch->folder, trial->platform->name);
    if (trial->platform->prepare.given)
        scratch_remove_tree(AT_FDCWD, folder);
}

/*
 * Whose what is planted is: ours, 0. Where there are tenants, a probe is one of them, and what it
 * aims at is another's: what does one tenant see of its neighbour?
 */
static uid_t owner_of_target(const struct trial *trial)
{
    struct trial neighbour = *trial;

    neighbour.tenant = trial->tenant + 1;
    uid_t uid = trial->platform->tenants ? trial_uid(&neighbour) : 0;
    return uid == geteuid() ? 0 : uid;
}

int escape_trial_start(struct session *session, struct escape *escape,
                       const struct platform *platform, const char *program, uid_t uid, bool leak,
                       struct record *record, struct error *error)
{
    struct witness *witness = &escape->witness;

    escape->process = (struct process){.pidfd = -1, .input = -1, .output_fd = -1, .errors_fd = -1};
    escape->trial = (struct trial){
        .platform = platform,
        .program = program,
        .input = true,
        .uid = uid,
    };
    record_param_number(record, "uid", trial_uid(&escape->trial));
    *escape->copy = '\0';
    int result = witness_start(witness, escape->target, session->scratch->folder,
                               owner_of_target(&escape->trial), session->environment, error);
    if (result < 0) {
        record->status = RECORD_SKIPPED;
        return result;
    }
    escape->trial.args = witness->args;
    if (uid) {
        escape->trial.program = escape->copy;
        result = witness_copy_program(witness, program, escape->copy, sizeof escape->copy, error);
    }
    if (result == 0)
        result = prepare_box(session, &escape->trial, error);
    if (result == 0) {
        witness_leak(witness, leak);
        result = trial_start(session, &escape->trial, &escape->process, error);
        witness_leak(witness, false);
    }
    if (result < 0) {
        record->status = RECORD_FAILED;
        record->exit = error->exit_status;
        escape_trial_end(session, escape);
    }
    return result;
}

void escape_trial_end(struct session *session, struct escape *escape)
{
    process_kill(&escape->process);
    clean_box(session, &escape->trial);
    if (*escape->copy)
        unlink(escape->copy);
    witness_stop(&escape->witness);
}

void escape_trial_limit(struct escape *escape, int64_t from_ns, int64_t most_ns)
{
    struct process *process = &escape->process;

    if (process->deadline_ns == 0 || process->deadline_ns > from_ns + most_ns)
        process->deadline_ns = from_ns + most_ns;
}
