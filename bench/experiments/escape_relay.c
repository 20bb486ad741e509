/* SPDX-License-Identifier: MIT */
/* The escape matrix in a box whose start takes seconds: one start, all probes (bench/relay). */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/escape.h"
#include "bench/harness/resume.h"
#include "common/clock.h"

/* A box that is slow by nature starts within this, on a machine that is slow too. */
#define SLOW_START_NS (60 * NS_PER_S)

/*
 * A line of the relay, without its newline, into escape->said from *line on; the caller takes it
 * off by forget_line(). Returns 0, or a negative errno: the box ended or was interrupted.
 */
static int await_line(struct escape *escape, struct process *process, size_t *length,
                      struct error *error)
{
    for (;;) {
        const char *newline = memchr(escape->said, '\n', escape->said_used);
        if (newline) {
            *length = (size_t)(newline - escape->said);
            return 0;
        }
        if (escape->said_used == sizeof escape->said)
            return error_set(error, EMSGSIZE, "the box said too much");
        enum process_event event = process_next(process);
        if (event == PROCESS_OUTPUT) {
            size_t room = sizeof escape->said - escape->said_used;
            size_t more = process->output_length < room ? process->output_length : room;
            memcpy(escape->said + escape->said_used, process->output, more);
            escape->said_used += more;
        } else if (event == PROCESS_INTERRUPTED) {
            return error_set(error, EINTR, "interrupted");
        } else if (event == PROCESS_TIMED_OUT) {
            return error_set(error, ETIMEDOUT, "the probe %s did not end in time",
                             escape->probe->name);
        } else if (event == PROCESS_ENDED) {
            char line[SESSION_REASON_MAX];
            process_last_error_line(process, line, sizeof line);
            return error_set(error, EPIPE, "%s", *line ? line : "the box ended too soon");
        }
    }
}

static void forget_line(struct escape *escape, size_t length)
{
    escape->said_used -= length + 1;
    memmove(escape->said, escape->said + length + 1, escape->said_used);
}

/* "ended STATUS": the probe is gone. */
static bool has_ended(const struct escape *escape, size_t length, int *status)
{
    char line[32];

    snprintf(line, sizeof line, "%.*s", (int)length, escape->said);
    return sscanf(line, "ended %d", status) == 1;
}

static int tell(const struct process *process, const char *line, struct error *error)
{
    if (write(process->input, line, strlen(line)) == (ssize_t)strlen(line))
        return 0;
    return error_set_errno(error, errno, "cannot speak to the box");
}

/* Have one probe run, judge it, and let it end. */
static int ask_relay(struct escape *escape, struct witness *witness, struct process *process,
                     struct record *record, struct error *error)
{
    char name[64];
    size_t length;
    int status = -1;

    snprintf(name, sizeof name, "%s\n", escape->probe->name);
    int result = tell(process, name, error);
    if (result == 0)
        result = await_line(escape, process, &length, error);
    if (result == 0 && !has_ended(escape, length, &status)) {
        result = escape_judge_line(escape, witness, process, escape->relay, escape->said, length,
                                   record, error);
        forget_line(escape, length);
        if (result == 0)
            result = tell(process, "end\n", error);
        if (result == 0)
            result = await_line(escape, process, &length, error);
        if (result == 0 && !has_ended(escape, length, &status))
            result = error_set(error, EPROTO, "the box says something else than that it ended");
    } else if (result == 0) {
        process->exit = status;
        escape_judge_silence(escape, process, record);
    }
    if (result < 0)
        return result;
    forget_line(escape, length);
    record->exit = status;
    return 0;
}

/* All probes in a box that runs; a sample of each but the last, which is the caller's. */
static int ask_all(struct session *session, struct escape *escape, struct witness *witness,
                   struct process *process, struct record *last, struct error *error)
{
    const struct record fresh = *last;
    int result = 0;

    escape->said_used = 0;
    for (size_t i = 0; i < probes_count && result == 0; i++) {
        struct record record = fresh;
        escape->probe = &probes[i];
        record.workload = probes[i].name;
        record.t0_ns = clock_now_ns();
        result = ask_relay(escape, witness, process, &record, error);
        process->deadline_ns = clock_now_ns() + ESCAPE_TIMEOUT_NS;
        if (result < 0) {
            result = trial_failed(
                &record, error->errnum == ETIMEDOUT ? RECORD_TIMEOUT : RECORD_FAILED, error);
            *last = record;
            return result;
        }
        if (i == probes_count - 1)
            *last = record;
        else if (!session->resume || !resume_take(session->resume, ESCAPE, record.workload,
                                                  record.platform, 0, record.order))
            result = recorder_write(&session->recorder, &record, error);
    }
    return result;
}

int escape_try_relay(struct session *session, void *context, const struct contender *contender,
                     struct record *record, struct error *error)
{
    struct escape *escape = context;
    struct witness witness;
    struct process process = {0};
    struct trial trial = {
        .platform = contender->platform,
        .program = escape->relay,
        .input = true,
    };

    record_param_number(record, "uid", trial_uid(&trial));
    escape->interprets = contender->platform->interprets;
    int result = witness_start(&witness, escape->target, session->scratch->folder,
                               escape_owner_of_target(&trial), session->environment, error);
    if (result < 0)
        return trial_failed(record, RECORD_SKIPPED, error);
    trial.args = witness.args;
    result = escape_prepare_box(session, &trial, error);
    if (result == 0) {
        witness_leak(&witness, true); /* the probe `descriptors` looks for it */
        result = trial_start(session, &trial, &process, error);
        witness_leak(&witness, false);
    }
    if (result < 0) {
        record->exit = error->exit_status;
        result = trial_failed(record, RECORD_FAILED, error);
    } else {
        if (process.deadline_ns == 0 || process.deadline_ns > process.t0_ns + SLOW_START_NS)
            process.deadline_ns = process.t0_ns + SLOW_START_NS;
        result = ask_all(session, escape, &witness, &process, record, error);
        process_kill(&process);
    }
    escape_clean_box(session, &trial);
    witness_stop(&witness);
    return result;
}
