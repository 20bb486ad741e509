/* SPDX-License-Identifier: MIT */
/*
 * integer: does a box slow down arithmetic that touches no memory and calls nobody?
 *
 * One iteration is one step of a chain: shift, exclusive or, multiply, add, each waiting for the
 * one before it. The shift makes it no polynomial, so a compiler has to run the loop as it stands;
 * the state is in one register, so caches and page tables play no part.
 *
 * What it does not answer: throughput of independent instructions, vector units, or anything that
 * leaves the processor's core.
 */
#include "bench/workloads/protocol.h"

/* A multiplier whose low bits are well mixed (L'Ecuyer 1999, table 4), and any odd increment. */
#define INTEGER_MULTIPLIER UINT64_C(2862933555777941757)
#define INTEGER_INCREMENT  UINT64_C(3037000493)

static uint64_t integer_work(void *state, uint64_t iterations)
{
    (void)state;
    uint64_t x = 1;
    for (uint64_t i = 0; i < iterations; i++)
        x = (x ^ x >> 29) * INTEGER_MULTIPLIER + INTEGER_INCREMENT;
    return x;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("integer", "takes no arguments");
    return protocol_serve("integer", integer_work, NULL);
}
