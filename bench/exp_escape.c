/* SPDX-License-Identifier: MIT */
/*
 * The escape matrix: every probe in every box. A trial plants fresh targets on the host, starts the
 * probe by the platform's own command, reads its claim, has the witness look while the probe still
 * stands, and writes the verdict of both (judge.h).
 *
 * Natively as root nearly everything is allowed, which says little about students who are not. So
 * root's native column comes twice, the second time (arm b) as an ordinary user: the one who called
 * sudo(8), else the user "nobody" of every Linux.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/experiment.h"
#include "bench/witness.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/text.h"

#define NAME "escape"

enum { NOBODY = 65534 }; /* the kernel's overflow user, /proc/sys/kernel/overflowuid */

/* A probe makes a few system calls; this, or --timeout if it is shorter, strikes when one hangs. */
#define PROBE_TIMEOUT_NS (5 * NS_PER_S)

struct escape {
    const struct probe *probe;
    char target[PATHS_MAX], program[PATHS_MAX];
    uid_t user;        /* the ordinary user of arm b */
    char detail[1024]; /* borrowed by the record until it is written */
    const struct contender *contenders;
    bool hung[PLATFORMS_MAX + 1]; /* those in which a probe did not end */
};

static uid_t ordinary_user(void)
{
    const char *caller = getenv("SUDO_UID");
    uint64_t uid;
    return caller && text_parse_u64(caller, 1, UINT32_MAX - 1, &uid) ? (uid_t)uid : NOBODY;
}

/* The claim's detail and what the witness adds, as one. */
static void set_verdict(struct escape *escape, struct record *record, enum verdict verdict,
                        const char *claim, const char *why)
{
    snprintf(escape->detail, sizeof escape->detail, "%s%s%s", claim, *claim && *why ? "; " : "",
             why);
    record->status = RECORD_OK;
    record->verdict = verdict_name(verdict);
    record->detail = escape->detail;
}

/* The probe ended and had said nothing. */
static void judge_silence(struct escape *escape, const struct process *process,
                          struct record *record)
{
    char line[SESSION_REASON_MAX];
    process_last_error_line(process, line, sizeof line);
    if (process->exit == EXIT_SIGNAL_BASE + SIGSYS) {
        set_verdict(escape, record, VERDICT_REFUSED, "killed by the system call filter (SIGSYS)",
                    "");
    } else if (process->exit >= EXIT_TOOL_FAILED && process->exit <= EXIT_NOT_FOUND) {
        /* The probe has nothing to aim at, or the box could not start it. */
        bool no_target = strncmp(line, "probe: ", strlen("probe: ")) == 0;
        record->status = no_target ? RECORD_SKIPPED : RECORD_FAILED;
        snprintf(record->reason, sizeof record->reason, "%s", *line ? line : "gave no reason");
    } else {
        snprintf(escape->detail, sizeof escape->detail, "ended with status %d", process->exit);
        set_verdict(escape, record, VERDICT_UNKNOWN, "", "ended and said nothing");
    }
}

/* The line is there: have the witness look, and judge. Returns 0 or -EINTR. */
static int judge_line(struct escape *escape, struct witness *witness, const struct process *process,
                      const char *program, const char *line, size_t length, struct record *record,
                      struct error *error)
{
    struct claim claim;
    struct observation seen;
    const char *why;

    if (!claim_parse(&claim, line, length)) {
        set_verdict(escape, record, VERDICT_UNKNOWN, "", "said something else than a verdict");
        return 0;
    }
    if (witness_look(witness, escape->probe, process->pid, program, &seen, error) < 0) {
        if (error->errnum == EINTR)
            return -EINTR;
        set_verdict(escape, record, VERDICT_UNKNOWN, claim.detail, error->text);
        return 0;
    }
    enum verdict verdict = judge(escape->probe, &claim, &seen, &why);
    /* A proof that was the right one has done its work; what it says of the host is not for the
     * samples. */
    char *proof = strstr(claim.detail, ", secret=");
    if (!proof)
        proof = strstr(claim.detail, ", fact=");
    if (verdict == VERDICT_ALLOWED && proof)
        *proof = '\0';
    set_verdict(escape, record, verdict, claim.detail, why);
    return 0;
}

/* Read the claim, judge it, let the probe end. The caller kills the process in any case. */
static int talk(struct escape *escape, struct witness *witness, struct process *process,
                const char *program, struct record *record, struct error *error)
{
    char line[512];
    size_t used = 0;
    bool judged = false;

    for (;;) {
        enum process_event event = process_next(process);
        if (event == PROCESS_OUTPUT && !judged) {
            size_t room = sizeof line - used;
            size_t length = process->output_length < room ? process->output_length : room;
            memcpy(line + used, process->output, length);
            used += length;
            const char *newline = memchr(line, '\n', used);
            if (!newline && used < sizeof line)
                continue;
            int result = judge_line(escape, witness, process, program, line,
                                    newline ? (size_t)(newline - line) : used, record, error);
            if (result < 0)
                return result;
            judged = true;
            process_end_input(process);
        } else if (event == PROCESS_ENDED) {
            record->exit = process->exit;
            if (!judged)
                judge_silence(escape, process, record);
            return 0;
        } else if (event == PROCESS_TIMED_OUT) {
            record->exit = EXIT_TIMED_OUT;
            record->status = RECORD_TIMEOUT;
            snprintf(record->reason, sizeof record->reason, "the probe %s did not end within %g s",
                     escape->probe->name, (double)(process->deadline_ns - process->t0_ns) / 1e9);
            return 0;
        } else if (event == PROCESS_INTERRUPTED) {
            return error_set(error, EINTR, "interrupted");
        }
    }
}

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

static int try_probe(struct session *session, void *context, const struct contender *contender,
                     struct record *record, struct error *error)
{
    struct escape *escape = context;
    bool as_user = strcmp(contender->arm, "b") == 0;
    bool leak = strcmp(escape->probe->name, "descriptors") == 0;
    struct witness witness;
    struct process process;
    char copy[PATHS_MAX];

    struct trial trial = {
        .platform = contender->platform,
        .program = escape->program,
        .input = true,
        .uid = as_user ? escape->user : 0,
    };
    record_param_number(record, "uid", trial_uid(&trial));
    int result = witness_start(&witness, escape->target, session->scratch->folder,
                               owner_of_target(&trial), session->environment, error);
    if (result < 0)
        return trial_failed(record, RECORD_SKIPPED, error);

    trial.args = witness.args;
    if (as_user) {
        trial.program = copy;
        result = witness_copy_program(&witness, escape->program, copy, sizeof copy, error);
    }
    if (result == 0)
        result = prepare_box(session, &trial, error);
    if (result == 0) {
        witness_leak(&witness, leak);
        result = trial_start(session, &trial, &process, error);
        witness_leak(&witness, false);
    }
    if (result < 0) {
        record->exit = error->exit_status;
        result = trial_failed(record, RECORD_FAILED, error);
    } else {
        record->t0_ns = process.t0_ns;
        if (process.deadline_ns == 0 || process.deadline_ns > process.t0_ns + PROBE_TIMEOUT_NS)
            process.deadline_ns = process.t0_ns + PROBE_TIMEOUT_NS;
        result = talk(escape, &witness, &process, trial.program, record, error);
        process_kill(&process);
        escape->hung[contender - escape->contenders] = record->status == RECORD_TIMEOUT;
    }
    clean_box(session, &trial);
    if (as_user)
        unlink(copy);
    witness_stop(&witness);
    return result;
}

static int64_t expect_ns(const struct session *session)
{
    /* Two processes and a look through /proc; native counts twice. */
    return (int64_t)(probes_count * (session->box_count + 1)) * 15 * NS_PER_MS;
}

static int run_probes(struct session *session, struct escape *escape, struct contender *contenders,
                      size_t count, struct error *error)
{
    escape->contenders = contenders;
    for (unsigned i = 0; i < probes_count; i++) {
        char below[64];
        escape->probe = &probes[i];
        snprintf(below, sizeof below, "probes/%s", probes[i].name);
        int result = session_program(session, below, escape->program, error);
        struct schedule_plan plan = {
            .experiment = NAME,
            .workload = probes[i].name,
            .blocks = 1,
            .step = i,
            .steps = (unsigned)probes_count,
        };
        if (result == 0)
            result = session_each(session, &plan, contenders, count, try_probe, escape, error);
        if (result < 0)
            return result;
        /* A box in which one probe failed still has an answer to the next; one that hangs, none. */
        for (size_t c = 0; c < count; c++)
            contenders[c].out = escape->hung[c];
    }
    return 0;
}

static int run(struct session *session, struct error *error)
{
    struct escape escape = {.user = ordinary_user()};
    struct contender contenders[PLATFORMS_MAX + 1];
    bool root = geteuid() == 0;

    int result = session_program(session, "probes/target", escape.target, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, NAME, "", root, contenders, error);
    if (count < 0)
        return count;
    /* What is planted lies in the folder of this run, which only its owner may enter otherwise. */
    if (chmod(session->scratch->folder, 0711) < 0)
        return error_set_errno(error, errno, "cannot open up %s", session->scratch->folder);
    result = run_probes(session, &escape, contenders, (size_t)count, error);
    chmod(session->scratch->folder, 0700);
    return result;
}

const struct experiment experiment_escape = {
    .name = NAME,
    .purpose = N_("what a program in the box can see and reach of the host, probe by probe"),
    .expect_ns = expect_ns,
    .run = run,
};
