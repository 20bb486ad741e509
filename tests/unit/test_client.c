/* SPDX-License-Identifier: MIT */
/* The client looks after somebody else meanwhile, however fast it is answered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_faster_than_ticks_do_not_keep_them_back),
        cmocka_unit_test(there_are_ticks_between_requests_that_are_due),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
