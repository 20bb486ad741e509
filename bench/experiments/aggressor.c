/* SPDX-License-Identifier: MIT */
#include "bench/experiments/aggressor.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/process/guard.h"
#include "common/clock.h"

enum {
    AHEAD = 8, /* requests of a few milliseconds each: more than a tick of the client apart */
    BEGIN_MS = 2000,
    END_MS = 500,
};

bool aggressor_make_ceiling(struct bench_cgroup *ceiling, const char *name)
{
    struct error ignored;

    if (bench_cgroup_make(ceiling, name, &ignored) < 0)
        return false;
    if (bench_cgroup_limit(ceiling, AGGRESSOR_CEILING_BYTES, AGGRESSOR_CEILING_PROCESSES,
                           &ignored) == 0)
        return true;
    bench_cgroup_remove(ceiling);
    return false;
}

static void take_line(struct aggressor *aggressor, const char *line)
{
    uint64_t got;

    if (aggressor->asked == 0 || workload_parse_done(line, aggressor->units, &got) < 0)
        return; /* it says something else: then it got nothing by it */
    aggressor->asked--;
    aggressor->answered++;
    aggressor->got += got;
}

static void take_piece(struct aggressor *aggressor, const char *piece, size_t length)
{
    struct workload *workload = &aggressor->workload;

    for (size_t i = 0; i < length; i++) {
        bool end = piece[i] == '\n';
        if (workload->used == sizeof workload->input)
            workload->used = 0; /* no legal line is that long */
        workload->input[workload->used++] = end ? '\0' : piece[i];
        if (!end)
            continue;
        workload->used = 0;
        take_line(aggressor, workload->input);
    }
}

void aggressor_tick(struct aggressor *aggressor)
{
    struct process *process = &aggressor->workload.process;
    char piece[4096], request[32];
    ssize_t got;

    if (aggressor->ended)
        return;
    while ((got = read(process->output_fd, piece, sizeof piece)) > 0)
        take_piece(aggressor, piece, (size_t)got);
    aggressor->ended = got == 0 || errno != EAGAIN;
    int length = snprintf(request, sizeof request, "go %" PRIu64 "\n", aggressor->units);
    while (!aggressor->ended && aggressor->asked < AHEAD) {
        if (write(process->input, request, (size_t)length) == length)
            aggressor->asked++;
        else if (errno == EAGAIN)
            break;
        else
            aggressor->ended = true;
    }
}

int aggressor_begin(struct aggressor *aggressor, uint64_t units, struct error *error)
{
    int64_t until_ns = clock_now_ns() + BEGIN_MS * NS_PER_MS;

    aggressor->units = units;
    for (;;) {
        aggressor_tick(aggressor);
        if (aggressor->answered > 0 || aggressor->ended || clock_now_ns() >= until_ns)
            return 0;
        if (!guard_pause(NS_PER_MS))
            return error_set(error, EINTR, "interrupted");
    }
}

bool aggressor_is_over(struct aggressor *aggressor, int *exit)
{
    struct process *process = &aggressor->workload.process;
    enum process_event event;

    *exit = -1;
    if (!aggressor->ended)
        return false;
    /* Its box may need a moment to see that its program is gone. */
    process->deadline_ns = clock_now_ns() + END_MS * NS_PER_MS;
    do {
        event = process_next(process);
    } while (event == PROCESS_OUTPUT || event == PROCESS_WOKEN);
    if (event == PROCESS_ENDED)
        *exit = process->exit;
    return true;
}
