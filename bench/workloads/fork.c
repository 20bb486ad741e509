/* SPDX-License-Identifier: MIT */
/*
 * fork: what does it cost to make a process, and to see it end?
 *
 * One iteration is one fork(2), whose child does nothing but end, and one waitpid(2) for it. This
 * program is as small as programs get; what fork copies is the table of its pages, so a larger one
 * costs more.
 *
 * What it does not answer: execve(2), which builds a new address space, or threads.
 */
#include <sys/wait.h>

#include "bench/workloads/child.h"

#define NAME "fork"

/* The statuses of the children prove that each has run. */
enum { CHILD_STATUS = 42 };

/* One process, and its status; −1: there was none. */
static int make_one(void)
{
    int status;
    pid_t pid = fork();

    if (pid == 0)
        _exit(CHILD_STATUS);
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return -1;
    return WEXITSTATUS(status);
}

static uint64_t fork_work(void *state, uint64_t iterations)
{
    uint64_t sum = 0;

    (void)state;
    for (uint64_t i = 0; i < iterations; i++) {
        int status = make_one();
        if (status < 0)
            protocol_fail(NAME, strerror(errno));
        sum += (uint64_t)status;
    }
    return sum;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail(NAME, "takes no arguments");
    if (make_one() < 0)
        protocol_cannot(NAME, "there is no second process in here", errno);
    return protocol_serve(NAME, fork_work, NULL);
}
