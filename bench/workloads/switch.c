/* SPDX-License-Identifier: MIT */
/*
 * switch: what does it cost to go from one process to another and back?
 *
 * Two processes share two pipes. One iteration is one byte there and back: each writes it and then
 * waits for the other, so on one processor the kernel switches from one address space to the other
 * twice. The two writes and reads are in the figure too; `syscall` says about how much of it they
 * are.
 *
 * What it does not answer: the caches that two large programs take from each other, or waking a
 * process on another processor (the harness binds the box to one).
 */
#include "bench/workloads/child.h"

#define NAME "switch"

struct pipes {
    int there[2], back[2]; /* [0] is read from, [1] written to, pipe(2) */
};

static uint64_t switch_work(void *state, uint64_t iterations)
{
    const struct pipes *pipes = state;
    return child_round_trips(NAME, pipes->there[1], pipes->back[0], iterations);
}

int main(int argc, char **argv)
{
    struct pipes pipes;

    (void)argv;
    if (argc > 1)
        protocol_fail(NAME, "takes no arguments");
    if (pipe(pipes.there) < 0 || pipe(pipes.back) < 0)
        protocol_cannot(NAME, "there are no pipes in here", errno);
    if (child_fork(NAME) == 0) {
        close(pipes.there[1]); /* so that the parent's end of it is the last */
        child_return_bytes(pipes.there[0], pipes.back[1]);
    }
    close(pipes.there[0]);
    close(pipes.back[1]); /* so that a child which has gone is seen */
    return protocol_serve(NAME, switch_work, &pipes);
}
