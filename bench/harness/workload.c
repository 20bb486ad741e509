/* SPDX-License-Identifier: MIT */
#include "bench/harness/workload.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"

#define MOST_ITERATIONS UINT64_C(86400000000000) /* what the protocol allows */

static int failed(struct workload *workload, enum record_status *status, struct error *error,
                  const char *waited_for)
{
    char why[256];

    *status = RECORD_FAILED;
    process_last_error_line(&workload->process, why, sizeof why);
    if (workload->process.over)
        return error_set(error, EPROTO, "ended with status %d before '%s'%s%s",
                         workload->process.exit, waited_for, *why ? ": " : "", why);
    return error_set(error, EPROTO, "said something else than '%s'", waited_for);
}

/* The next line, without its newline. It is taken out of the input by take_line(). */
static int await_line(struct workload *workload, const char *waited_for, enum record_status *status,
                      struct error *error)
{
    struct process *process = &workload->process;

    while (!memchr(workload->input, '\n', workload->used)) {
        switch (process_next(process)) {
        case PROCESS_OUTPUT:
            if (process->output_length > sizeof workload->input - workload->used)
                return failed(workload, status, error, waited_for);
            memcpy(workload->input + workload->used, process->output, process->output_length);
            workload->used += process->output_length;
            break;
        case PROCESS_ENDED:
            return failed(workload, status, error, waited_for);
        case PROCESS_TIMED_OUT:
            *status = RECORD_TIMEOUT;
            return error_set(error, ETIMEDOUT, "did not say '%s' in time", waited_for);
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        case PROCESS_WOKEN: /* nobody asked for it */
            break;
        }
    }
    return 0;
}

/* Ends the line with a 0; returns what to give to drop_line(). */
static size_t end_line(struct workload *workload)
{
    char *newline = memchr(workload->input, '\n', workload->used);
    *newline = '\0';
    return (size_t)(newline - workload->input) + 1;
}

static void drop_line(struct workload *workload, size_t length)
{
    workload->used -= length;
    memmove(workload->input, workload->input + length, workload->used);
}

/* The box does not have what the work needs, and the workload says so. */
static int not_possible(const char *why, enum record_status *status, struct error *error)
{
    *status = RECORD_SKIPPED;
    return error_set(error, ENOTSUP, "%s", why);
}

/* What stands behind `ready`: a plain word, for it becomes a part of the sample. */
static bool take_word(struct workload *workload, const char *word)
{
    size_t length = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789-");

    if (length == 0 || length >= sizeof workload->on || word[length] != '\0')
        return false;
    memcpy(workload->on, word, length + 1);
    return true;
}

int workload_await_ready(struct workload *workload, enum record_status *status, struct error *error)
{
    int result = await_line(workload, "ready", status, error);

    if (result < 0)
        return result;
    size_t length = end_line(workload);
    if (strncmp(workload->input, "cannot ", strlen("cannot ")) == 0)
        return not_possible(workload->input + strlen("cannot "), status, error);
    bool alone = strcmp(workload->input, "ready") == 0;
    bool has_word = strncmp(workload->input, "ready ", strlen("ready ")) == 0;
    if (!alone && !(has_word && take_word(workload, workload->input + strlen("ready "))))
        return failed(workload, status, error, "ready");
    drop_line(workload, length);
    return 0;
}

int workload_parse_done(const char *line, uint64_t iterations, uint64_t *checksum)
{
    char expected[48];
    size_t length = (size_t)snprintf(expected, sizeof expected, "done %" PRIu64 " ", iterations);
    const char *digits = line + length;
    size_t count;

    if (strncmp(line, expected, length) != 0)
        return -EPROTO;
    count = strspn(digits, "0123456789abcdef");
    if (count < 1 || count > 16 || digits[count] != '\0' ||
        sscanf(digits, "%" SCNx64, checksum) != 1)
        return -EPROTO;
    return 0;
}

int workload_go(struct workload *workload, uint64_t iterations, struct workload_work *work,
                enum record_status *status, struct error *error)
{
    char line[32];
    int length = snprintf(line, sizeof line, "go %" PRIu64 "\n", iterations);
    int64_t start_ns = clock_now_ns();

    if (write(workload->process.input, line, (size_t)length) != length) {
        /* It has gone: its end and its last words say why. */
        int result = await_line(workload, "done", status, error);
        return result < 0 ? result : failed(workload, status, error, "done");
    }
    int result = await_line(workload, "done", status, error);
    if (result < 0)
        return result;
    work->work_ns = workload->process.at_ns - start_ns;
    size_t used = end_line(workload);
    if (workload_parse_done(workload->input, iterations, &work->checksum) < 0)
        return failed(workload, status, error, "done");
    drop_line(workload, used);
    return 0;
}

int workload_end(struct workload *workload, enum record_status *status, struct error *error)
{
    struct process *process = &workload->process;

    process_end_input(process);
    for (;;) {
        switch (process_next(process)) {
        case PROCESS_OUTPUT:
            return failed(workload, status, error, "the end");
        case PROCESS_ENDED:
            if (process->exit != 0)
                return failed(workload, status, error, "the end");
            process_close(process);
            return 0;
        case PROCESS_TIMED_OUT:
            *status = RECORD_TIMEOUT;
            return error_set(error, ETIMEDOUT, "did not end in time");
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        case PROCESS_WOKEN: /* nobody asked for it */
            break;
        }
    }
}

void workload_kill(struct workload *workload)
{
    process_kill(&workload->process);
}

int workload_calibrate(struct workload *workload, uint64_t *iterations, enum record_status *status,
                       struct error *error)
{
    const int64_t wanted_ns = CALIBRATION_MS * NS_PER_MS;
    struct workload_work work;
    uint64_t n = 1;

    for (;;) {
        int result = workload_go(workload, n, &work, status, error);
        if (result < 0)
            return result;
        if (work.work_ns >= wanted_ns / 8 || n > MOST_ITERATIONS / 2)
            break;
        n *= 2;
    }
    if (work.work_ns < wanted_ns) {
        double scaled = (double)n * (double)wanted_ns / (double)work.work_ns;
        n = scaled < (double)MOST_ITERATIONS ? (uint64_t)scaled + 1 : MOST_ITERATIONS;
    }
    *iterations = n;
    return 0;
}
