/* SPDX-License-Identifier: MIT */
/* The client looks after somebody else meanwhile, however fast it is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <time.h>

#include "bench/experiments/client.h"
#include "common/clock.h"

/* A word of an argv, which execve(2) wants writable. */
#define WORD(text) ((char[]){text})

static void count(void *context)
{
    unsigned *ticks = context;
    (*ticks)++;
}

/* Its work is its own processor time: a busy machine makes the window longer, never shorter. */
static unsigned ticks_beside(const char *work, int64_t every_ns, unsigned requests)
{
    static struct client_times times;
    char script[256];
    char *argv[] = {WORD("/bin/sh"), WORD("-c"), script, NULL}, *envp[] = {NULL};
    struct process_options options = {.argv = argv, .envp = envp, .input = true, .cpu = -1};
    struct workload workload = {0};
    enum record_status status;
    struct error error;
    unsigned ticks = 0;
    struct client client = {
        .iterations = 1,
        .requests = requests,
        .every_ns = every_ns,
        .tick = count,
        .context = &ticks,
    };

    snprintf(script, sizeof script, "echo ready; while read go; do %s echo done 1 1; done", work);
    assert_int_equal(process_start(&workload.process, &options, &error), 0);
    assert_int_equal(workload_await_ready(&workload, &status, &error), 0);
    assert_int_equal(client_run(&client, &workload, &times, &status, &error), 0);
    assert_int_equal(times.count, requests);
    workload_kill(&workload);
    return ticks;
}

/* Each answer comes long before a tick is due: 1000 of them take some tens of ticks. */
static void answers_faster_than_ticks_do_not_keep_them_back(void **state)
{
    (void)state;
    assert_true(ticks_beside("i=0; while [ $i -lt 100 ]; do i=$((i+1)); done;", 0, 1000) >= 10);
}

static void there_are_ticks_between_requests_that_are_due(void **state)
{
    (void)state;
    assert_true(ticks_beside("", NS_PER_MS, 100) >= 5);
    assert_true(ticks_beside("", 50 * NS_PER_MS, 3) >= 5);
}

/* It is kept from its work for much longer than an answer takes. */
static void doze(void *context)
{
    const struct timespec nap = {.tv_nsec = 20 * NS_PER_MS};
    bool *dozed = context;

    if (!*dozed)
        nanosleep(&nap, NULL);
    *dozed = true;
}

static void answer(const struct client *client, struct client_times *times)
{
    char *argv[] = {WORD("/bin/sh"), WORD("-c"),
                    WORD("echo ready; while read go; do echo done 1 1; done"), NULL};
    char *envp[] = {NULL};
    struct process_options options = {.argv = argv, .envp = envp, .input = true, .cpu = -1};
    struct workload workload = {0};
    enum record_status status;
    struct error error;

    assert_int_equal(process_start(&workload.process, &options, &error), 0);
    assert_int_equal(workload_await_ready(&workload, &status, &error), 0);
    assert_int_equal(client_run(client, &workload, times, &status, &error), 0);
    workload_kill(&workload);
}

static void a_request_counts_from_when_it_was_due(void **state)
{
    static struct client_times times;
    bool dozed = false;
    unsigned late = 0;
    struct client client = {
        .iterations = 1, .requests = 50, .every_ns = NS_PER_MS, .tick = doze, .context = &dozed};
    (void)state;

    answer(&client, &times);
    for (unsigned i = 0; i < times.count; i++) {
        assert_true(times.latency_ns[i] > times.late_ns[i]);
        late += times.late_ns[i] >= 5 * NS_PER_MS;
    }
    assert_true(late >= 10);
}

static void in_a_closed_loop_nothing_is_late(void **state)
{
    static struct client_times times;
    bool dozed = false;
    struct client client = {.iterations = 1, .requests = 50, .tick = doze, .context = &dozed};
    (void)state;

    answer(&client, &times);
    for (unsigned i = 0; i < times.count; i++)
        assert_true(times.late_ns[i] == 0 && times.latency_ns[i] > 0);
}

static void it_is_awake_before_a_request_is_due(void **state)
{
    static struct client_times times;
    struct client client = {
        .iterations = 1, .requests = 50, .every_ns = NS_PER_MS, .awake_ns = 2 * NS_PER_MS};
    (void)state;

    answer(&client, &times);
    for (unsigned i = 0; i < times.count; i++)
        assert_true(times.late_ns[i] >= 0 && times.latency_ns[i] > times.late_ns[i]);
    assert_true(times.window_ns >= 49 * NS_PER_MS);
}

static void it_takes_answers_while_it_waits_awake(void **state)
{
    static struct client_times times;
    struct client client = {
        .iterations = 1, .requests = 2, .every_ns = NS_PER_S, .awake_ns = 2 * NS_PER_S};
    (void)state;

    answer(&client, &times);
    assert_true(times.latency_ns[0] < NS_PER_S);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_faster_than_ticks_do_not_keep_them_back),
        cmocka_unit_test(there_are_ticks_between_requests_that_are_due),
        cmocka_unit_test(a_request_counts_from_when_it_was_due),
        cmocka_unit_test(in_a_closed_loop_nothing_is_late),
        cmocka_unit_test(it_is_awake_before_a_request_is_due),
        cmocka_unit_test(it_takes_answers_while_it_waits_awake),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
