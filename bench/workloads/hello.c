/* SPDX-License-Identifier: MIT */
/*
 * hello: how long does it take from starting a box to the first output of the program in it, and
 * from there to the end of everything?
 *
 * It prints "ready" and ends. It is the one workload that waits for nothing and never looks at its
 * standard input, so that the harness may time start, first output and end of a run that nobody
 * interrupts: one write(2) stands between the start of main() and its end.
 *
 * What it does not answer: what the work costs once the box stands (the other workloads), or what a
 * larger program adds by being loaded (compare `virtlab compare -- PROGRAM`).
 */
#include "bench/workloads/protocol.h"

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("hello", "takes no arguments");
    protocol_say("hello", PROTOCOL_READY, strlen(PROTOCOL_READY));
    return EXIT_SUCCESS;
}
