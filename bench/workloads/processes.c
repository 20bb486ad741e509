/* SPDX-License-Identifier: MIT */
/*
 * processes: what becomes of integer work when several processes do it at once?
 *
 * `--processes N` (2 unless told) of them stand and wait. One iteration is one step of the chain of
 * `integer` in each of them, all at the same time. Where each has a processor to itself, it takes
 * as long as a step of `integer`; where they share one, N times as long; what is more than that,
 * the box takes for sharing.
 *
 * What it does not answer: processes that talk with each other (`switch`), or that share memory.
 */
#include "bench/workloads/chain.h"
#include "bench/workloads/child.h"

#define NAME "processes"

enum { PROCESSES_MAX = 64 };

struct team {
    uint64_t count;
    struct {
        int order, answer; /* pipes: how many steps; what came of them */
    } members[PROCESSES_MAX];
};

__attribute__((noreturn)) static void serve(uint64_t number, int order, int answer)
{
    uint64_t steps, result;

    while (read(order, &steps, sizeof steps) == sizeof steps) {
        result = chain_run(number + 1, steps);
        if (write(answer, &result, sizeof result) != sizeof result)
            break;
    }
    _exit(EXIT_SUCCESS);
}

static void start_member(struct team *team, uint64_t number)
{
    int order[2], answer[2];

    if (pipe(order) < 0 || pipe(answer) < 0)
        protocol_cannot(NAME, "there are no pipes in here", errno);
    if (child_fork(NAME) == 0) {
        for (uint64_t i = 0; i < number; i++) /* else their input would never end */
            close(team->members[i].order);
        close(order[1]);
        serve(number, order[0], answer[1]);
    }
    close(order[0]);
    close(answer[1]);
    team->members[number].order = order[1];
    team->members[number].answer = answer[0];
}

static uint64_t processes_work(void *state, uint64_t iterations)
{
    const struct team *team = state;
    uint64_t result, checksum = 0;

    for (uint64_t i = 0; i < team->count; i++)
        if (write(team->members[i].order, &iterations, sizeof iterations) != sizeof iterations)
            protocol_fail(NAME, "a process has gone");
    for (uint64_t i = 0; i < team->count; i++) {
        if (read(team->members[i].answer, &result, sizeof result) != sizeof result)
            protocol_fail(NAME, "a process has gone");
        checksum = checksum * 31 + result;
    }
    return checksum;
}

int main(int argc, char **argv)
{
    static struct team team = {.count = 2};
    bool given = argc == 3 && strcmp(argv[1], "--processes") == 0;

    if (argc > 1 &&
        !(given && protocol_parse_number(argv[2], strlen(argv[2]), PROCESSES_MAX, &team.count)))
        protocol_fail(NAME, "usage: [--processes N], N from 1 to 64");
    for (uint64_t i = 0; i < team.count; i++)
        start_member(&team, i);
    return protocol_serve(NAME, processes_work, &team);
}
