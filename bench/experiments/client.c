/* SPDX-License-Identifier: MIT */
#include "bench/experiments/client.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/i18n.h"

/* What goes on while the client is at work. */
struct exchange {
    const struct client *client;
    struct workload *workload;
    struct client_times *times;
    char request[32];
    size_t length;
    unsigned sent;
    int64_t started_ns;
    int64_t since_ns[CLIENT_REQUESTS_MAX]; /* what each latency counts from */
    uint64_t checksum;                     /* of the first answer */
    int64_t answered_ns;                   /* the last one */
    int64_t tick_ns; /* when the next tick is due, however fast the answers come */
    bool deaf;       /* it reads no more: its end comes as an event, and says why */
};

/* When the next request is due; only where that does not depend on the answers. */
static int64_t due_ns(const struct exchange *exchange)
{
    return exchange->started_ns + (int64_t)exchange->sent * exchange->client->every_ns;
}

static bool is_due(const struct exchange *exchange, int64_t now_ns)
{
    if (exchange->sent == exchange->client->requests || exchange->deaf)
        return false;
    if (exchange->client->every_ns == 0)
        return exchange->sent == exchange->times->count;
    return now_ns >= due_ns(exchange);
}

static int failed(struct exchange *exchange, enum record_status *status, struct error *error)
{
    const struct process *process = &exchange->workload->process;
    char why[256];

    *status = RECORD_FAILED;
    process_last_error_line(process, why, sizeof why);
    if (process->over)
        return error_set(error, EPROTO, _("ended with status %d after %u of %u answers%s%s"),
                         process->exit, exchange->times->count, exchange->client->requests,
                         *why ? ": " : "", why);
    return error_set(error, EPROTO, _("its answer %u is not one to this request"),
                     exchange->times->count + 1);
}

static void send_due(struct exchange *exchange)
{
    struct client_times *times = exchange->times;

    for (int64_t now = clock_now_ns(); is_due(exchange, now); now = clock_now_ns()) {
        int64_t since_ns = exchange->client->every_ns ? due_ns(exchange) : now;
        times->late_ns[exchange->sent] = (double)(now - since_ns);
        exchange->since_ns[exchange->sent] = since_ns;
        if (write(exchange->workload->process.input, exchange->request, exchange->length) !=
            (ssize_t)exchange->length)
            exchange->deaf = true;
        else
            exchange->sent++;
    }
}

/* One whole line, without its newline. */
static bool take_answer(struct exchange *exchange, const char *line)
{
    struct client_times *times = exchange->times;
    uint64_t checksum;

    if (times->count == exchange->sent ||
        workload_parse_done(line, exchange->client->iterations, &checksum) < 0)
        return false;
    if (times->count == 0)
        exchange->checksum = checksum;
    if (checksum != exchange->checksum)
        return false;
    exchange->answered_ns = exchange->workload->process.at_ns;
    times->latency_ns[times->count] =
        (double)(exchange->answered_ns - exchange->since_ns[times->count]);
    times->count++;
    return true;
}

/* One read may bring several answers, and a part of the next. */
static bool take_output(struct exchange *exchange)
{
    struct workload *workload = exchange->workload;

    for (size_t i = 0; i < workload->process.output_length; i++) {
        if (workload->used == sizeof workload->input)
            return false;
        char byte = workload->process.output[i];
        workload->input[workload->used++] = byte == '\n' ? '\0' : byte;
        if (byte != '\n')
            continue;
        workload->used = 0;
        if (!take_answer(exchange, workload->input))
            return false;
    }
    return true;
}

/* Wide awake until the next request is due, or an answer is there. */
static void await_due(const struct exchange *exchange)
{
    const struct client *client = exchange->client;
    struct pollfd answer = {.fd = exchange->workload->process.output_fd, .events = POLLIN};

    if (client->every_ns == 0 || exchange->sent == client->requests || exchange->deaf)
        return;
    int64_t due = due_ns(exchange);
    while (clock_now_ns() >= due - client->awake_ns && clock_now_ns() < due &&
           poll(&answer, 1, 0) == 0)
        ;
}

static void tick_due(struct exchange *exchange)
{
    const struct client *client = exchange->client;

    if (clock_now_ns() < exchange->tick_ns)
        return;
    if (client->tick)
        client->tick(client->context);
    exchange->tick_ns = clock_now_ns() + CLIENT_TICK_MS * NS_PER_MS;
}

static void set_wake(const struct exchange *exchange)
{
    const struct client *client = exchange->client;
    int64_t wake = exchange->tick_ns;

    if (client->every_ns && exchange->sent < client->requests && !exchange->deaf) {
        int64_t due = due_ns(exchange), early = due - client->awake_ns;
        if (early <= clock_now_ns())
            early = due; /* it is awake already: what comes first now is an answer */
        if (early < wake)
            wake = early;
    }
    exchange->workload->process.wake_ns = wake;
}

int client_run(const struct client *client, struct workload *workload, struct client_times *times,
               enum record_status *status, struct error *error)
{
    struct exchange exchange = {.client = client, .workload = workload, .times = times};

    times->count = 0;
    exchange.length = (size_t)snprintf(exchange.request, sizeof exchange.request,
                                       "go %" PRIu64 "\n", client->iterations);
    exchange.started_ns = clock_now_ns();
    exchange.tick_ns = exchange.started_ns + CLIENT_TICK_MS * NS_PER_MS;
    while (times->count < client->requests) {
        await_due(&exchange);
        send_due(&exchange);
        set_wake(&exchange);
        switch (process_next(&workload->process)) {
        case PROCESS_OUTPUT:
            if (!take_output(&exchange))
                return failed(&exchange, status, error);
            break;
        case PROCESS_WOKEN:
            break;
        case PROCESS_ENDED:
            return failed(&exchange, status, error);
        case PROCESS_TIMED_OUT:
            *status = RECORD_TIMEOUT;
            return error_set(error, ETIMEDOUT, _("%u of %u requests were answered in time"),
                             times->count, client->requests);
        case PROCESS_INTERRUPTED:
            return error_set(error, EINTR, "interrupted");
        }
        tick_due(&exchange);
    }
    workload->process.wake_ns = 0;
    times->window_ns = exchange.answered_ns - exchange.started_ns;
    return 0;
}
