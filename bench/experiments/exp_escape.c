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
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/experiments/escape.h"
#include "bench/experiments/experiment.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/text.h"

enum { NOBODY = 65534 }; /* the kernel's overflow user, /proc/sys/kernel/overflowuid */

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

void escape_judge_silence(struct escape *escape, struct record *record)
{
    const struct process *process = &escape->process;
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
        char end[64];
        snprintf(end, sizeof end, "ended with status %d and said nothing", process->exit);
        set_verdict(escape, record, VERDICT_UNKNOWN, "", end);
    }
}

int escape_judge_line(struct escape *escape, const char *line, size_t length, struct record *record,
                      struct error *error)
{
    struct claim claim;
    struct observation seen;
    const char *why;

    if (!claim_parse(&claim, line, length)) {
        set_verdict(escape, record, VERDICT_UNKNOWN, "", "said something else than a verdict");
        return 0;
    }
    if (witness_look(&escape->witness, escape->probe, escape->process.pid,
                     escape->trial.platform->interprets, escape->trial.program, &seen, error) < 0) {
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
static int talk(struct escape *escape, struct record *record, struct error *error)
{
    struct process *process = &escape->process;
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
            int result = escape_judge_line(escape, line, newline ? (size_t)(newline - line) : used,
                                           record, error);
            if (result < 0)
                return result;
            judged = true;
            process_end_input(process);
        } else if (event == PROCESS_ENDED) {
            record->exit = process->exit;
            if (!judged)
                escape_judge_silence(escape, record);
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

static int try_probe(struct session *session, void *context, const struct contender *contender,
                     struct record *record, struct error *error)
{
    struct escape *escape = context;
    bool as_user = strcmp(contender->arm, "b") == 0;
    bool leak = strcmp(escape->probe->name, "descriptors") == 0;

    if (escape_trial_start(session, escape, contender->platform, escape->program,
                           as_user ? escape->user : 0, leak, record, error) < 0)
        return trial_failed(record, record->status, error);
    record->t0_ns = escape->process.t0_ns;
    escape_trial_limit(escape, record->t0_ns, ESCAPE_TIMEOUT_NS);
    int result = talk(escape, record, error);
    escape_trial_end(session, escape);
    escape->hung[contender - escape->contenders] = record->status == RECORD_TIMEOUT;
    return result;
}

/* A start that takes long is made once. A guest system is one, however fast its processor is. */
static bool one_start_for_all(const struct platform *platform)
{
    return platform->blocks || platform->own_kernel;
}

static int64_t expect_ns(const struct session *session)
{
    int64_t ns = 0;
    /* Two processes and a look through /proc; native counts twice. */
    for (size_t i = 0; i < session->box_count; i++) {
        const struct platform *platform = session->boxes[i].platform;
        int64_t times = strcmp(platform->name, "native") == 0 ? 2 : 1;
        ns += one_start_for_all(platform) ? 3 * NS_PER_S
                                          : times * (int64_t)probes_count * 15 * NS_PER_MS;
    }
    return ns;
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
            .experiment = ESCAPE,
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

/* Those with one start for all probes, in their order. Returns how many stand before them. */
static size_t put_slow_ones_last(struct contender *contenders, size_t count)
{
    struct contender slow[PLATFORMS_MAX + 1] = {0};
    size_t fast_count = 0, slow_count = 0;

    for (size_t i = 0; i < count; i++) {
        if (one_start_for_all(contenders[i].platform))
            slow[slow_count++] = contenders[i];
        else
            contenders[fast_count++] = contenders[i];
    }
    memcpy(contenders + fast_count, slow, slow_count * sizeof *slow);
    return fast_count;
}

static int run(struct session *session, struct error *error)
{
    struct escape escape = {.user = ordinary_user()};
    struct contender contenders[PLATFORMS_MAX + 1];
    bool root = geteuid() == 0;

    int result = session_program(session, "probes/target", escape.target, error);
    if (result == 0)
        result = session_program(session, "probes/relay", escape.relay, error);
    if (result < 0)
        return result;
    int count = session_contenders(session, ESCAPE, "", root, contenders, error);
    if (count < 0)
        return count;
    /* What is planted lies in the folder of this run, which only its owner may enter otherwise. */
    if (chmod(session->scratch->folder, 0711) < 0)
        return error_set_errno(error, errno, "cannot open up %s", session->scratch->folder);
    size_t fast = put_slow_ones_last(contenders, (size_t)count);
    result = run_probes(session, &escape, contenders, fast, error);
    struct schedule_plan plan = {
        .experiment = ESCAPE,
        .workload = probes[probes_count - 1].name,
        .variant = "relay",
        .blocks = 1,
    };
    if (result == 0)
        result = session_each(session, &plan, contenders + fast, (size_t)count - fast,
                              escape_try_relay, &escape, error);
    chmod(session->scratch->folder, 0700);
    return result;
}

const struct experiment experiment_escape = {
    .name = ESCAPE,
    .purpose = N_("what a program in the box can see and reach of the host, probe by probe"),
    .expect_ns = expect_ns,
    .run = run,
};
