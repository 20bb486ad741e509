/* SPDX-License-Identifier: MIT */
/*
 * integer: does a box slow down arithmetic that touches no memory and calls nobody?
 *
 * One iteration is one step of a chain (chain.h). The state is in one register, so caches and page
 * tables play no part.
 *
 * What it does not answer: throughput of independent instructions, vector units, or anything that
 * leaves the processor's core.
 */
#include "bench/workloads/chain.h"
#include "bench/workloads/protocol.h"

static uint64_t integer_work(void *state, uint64_t iterations)
{
    (void)state;
    return chain_run(1, iterations);
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("integer", "takes no arguments");
    return protocol_serve("integer", integer_work, NULL);
}
