/* SPDX-License-Identifier: MIT */
/*
 * The escape matrix in a box whose start takes long: one start, all probes (bench/relay). A probe
 * that ends the box, such as one at which a guest's kernel panics, has that as its answer, and the
 * box is started again for the next.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/experiments/escape.h"
#include "bench/harness/resume.h"
#include "common/clock.h"

/* A box that is slow by nature starts within this, on a machine that is slow too. */
#define SLOW_START_NS (60 * NS_PER_S)

/* A box that ends so often in a row is ended by something else than the probes. */
enum { ENDS_IN_A_ROW_MAX = 3 };

enum outcome {
    OUTCOME_ANSWERED = 0,
    OUTCOME_BOX_ENDED = 1, /* and is to be started again */
};

/*
 * A line of the relay, without its newline, into escape->said from its beginning on; the caller
 * takes it off by forget_line(). Returns an outcome or a negative errno.
 */
static int await_line(struct escape *escape, size_t *length, struct error *error)
{
    struct process *process = &escape->process;

    for (;;) {
        const char *newline = memchr(escape->said, '\n', escape->said_used);
        if (newline) {
            *length = (size_t)(newline - escape->said);
            return OUTCOME_ANSWERED;
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
            return OUTCOME_BOX_ENDED;
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

/* To a box that has ended nothing can be said; that it has, await_line() tells. */
static int tell(const struct escape *escape, const char *line, struct error *error)
{
    if (write(escape->process.input, line, strlen(line)) < 0 && errno != EPIPE)
        return error_set_errno(error, errno, "cannot speak to the box");
    return 0;
}

/* The probe said a line: judge it, and let the probe end. */
static int judge_and_end(struct escape *escape, size_t length, struct record *record,
                         struct error *error)
{
    int result = escape_judge_line(escape, escape->said, length, record, error);
    forget_line(escape, length);
    if (result == 0)
        result = tell(escape, "end\n", error);
    if (result == 0)
        result = await_line(escape, &length, error);
    if (result == OUTCOME_BOX_ENDED)
        record->exit = escape->process.exit;
    if (result != OUTCOME_ANSWERED)
        return result;
    if (!has_ended(escape, length, &record->exit))
        return error_set(error, EPROTO, "the box says something else than that it ended");
    forget_line(escape, length);
    return OUTCOME_ANSWERED;
}

/* Have one probe run. Returns an outcome, or a negative errno when the box is of no use. */
static int ask_relay(struct escape *escape, struct record *record, struct error *error)
{
    char name[64];
    size_t length;
    int status;

    snprintf(name, sizeof name, "%s\n", escape->probe->name);
    int result = tell(escape, name, error);
    if (result == 0)
        result = await_line(escape, &length, error);
    if (result < 0)
        return result;
    if (result == OUTCOME_ANSWERED && !has_ended(escape, length, &status))
        return judge_and_end(escape, length, record, error);
    if (result == OUTCOME_ANSWERED) {
        forget_line(escape, length);
        escape->process.exit = status;
    }
    escape_judge_silence(escape, record);
    record->exit = escape->process.exit;
    return result;
}

static int keep(struct session *session, const struct record *record, struct error *error)
{
    if (session->resume &&
        resume_take(session->resume, ESCAPE, record->workload, record->platform, 0, record->order))
        return 0;
    return recorder_write(&session->recorder, record, error);
}

int escape_try_relay(struct session *session, void *context, const struct contender *contender,
                     struct record *last, struct error *error)
{
    struct escape *escape = context;
    struct record fresh = *last;
    unsigned ends = 0; /* in a row */
    bool runs = false;
    int result = 0;

    for (size_t i = 0; i < probes_count && result == 0; i++) {
        escape->probe = &probes[i];
        fresh.workload = probes[i].name;
        fresh.t0_ns = clock_now_ns();
        if (!runs) {
            fresh.param_count = last->param_count;
            /* With the descriptor that the probe `descriptors` looks for. */
            result = escape_trial_start(session, escape, contender->platform, escape->relay, 0,
                                        true, &fresh, error);
            if (result < 0) {
                *last = fresh;
                return trial_failed(last, fresh.status, error);
            }
            escape_trial_limit(escape, escape->process.t0_ns, SLOW_START_NS);
            escape->said_used = 0;
            runs = true;
        }
        struct record record = fresh;
        int outcome = ask_relay(escape, &record, error);
        escape->process.deadline_ns = clock_now_ns() + ESCAPE_TIMEOUT_NS;
        if (outcome < 0) {
            result = trial_failed(
                &record, error->errnum == ETIMEDOUT ? RECORD_TIMEOUT : RECORD_FAILED, error);
        } else if (outcome == OUTCOME_BOX_ENDED) {
            escape_trial_end(session, escape);
            runs = false;
        }
        ends = runs ? 0 : ends + 1;
        if (outcome < 0 || i == probes_count - 1 || ends == ENDS_IN_A_ROW_MAX) {
            *last = record;
            break;
        }
        result = keep(session, &record, error);
    }
    if (runs)
        escape_trial_end(session, escape);
    return result;
}
