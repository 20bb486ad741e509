/* SPDX-License-Identifier: MIT */
/*
 * server: how long does a request take that somebody waits for?
 *
 * One iteration is one request: 64 values are looked up in a table of 256 KiB, each at a place that
 * the one before it names, and what was found is worked through in 4,000 steps: some 12 µs. A line
 * is a request (`go 1`) and a line is its answer, so that a client can send the next when it is
 * due, whether or not the last was answered. It talks by its standard input and output alone, so
 * that it runs in every box.
 *
 * What it does not answer: what a network between client and server adds.
 */
#include "bench/workloads/memory.h"

enum { WORDS = 32768, LOOKUPS = 64, STEPS = 4000 };

static uint64_t scramble(uint64_t x)
{
    return (x ^ x >> 29) * UINT64_C(2862933555777941757) + 3037000493;
}

static uint64_t server_work(void *state, uint64_t requests)
{
    const uint64_t *table = state;
    uint64_t x = 1;

    for (uint64_t i = 0; i < requests; i++) {
        for (unsigned j = 0; j < LOOKUPS; j++)
            x = scramble(x + table[x >> 32 & (WORDS - 1)]);
        for (unsigned j = 0; j < STEPS; j++)
            x = scramble(x);
    }
    return x;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("server", "takes no arguments");
    uint64_t *table = memory_map("server", WORDS * sizeof *table, PAGES_ANY);
    for (uint64_t i = 0, x = 1; i < WORDS; i++)
        table[i] = x = scramble(x);
    return protocol_serve("server", server_work, table);
}
