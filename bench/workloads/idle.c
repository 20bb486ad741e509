/* SPDX-License-Identifier: MIT */
/*
 * idle: what does one more box cost in memory while the program in it waits?
 *
 * It touches `--mib` MiB (8 unless told), no two pages alike so that nothing can merge them, says
 * ready, and waits. The harness reads the memory of the box while several of them stand. One
 * iteration, if it is asked for, writes each page once more.
 *
 * What it does not answer: memory under load, or what the kernel keeps for the box outside any
 * process (that is read from the cgroup).
 */
#include "bench/workloads/memory.h"

struct idle {
    size_t bytes;
    uint64_t *words;
};

static uint64_t idle_work(void *state, uint64_t iterations)
{
    const struct idle *idle = state;
    uint64_t sum = 0;
    for (uint64_t round = 1; round <= iterations; round++) {
        for (size_t at = 0; at < idle->bytes; at += PAGE_BYTES) {
            uint64_t *word = &idle->words[at / sizeof(uint64_t)];
            *word = at + round;
            sum += *word;
        }
    }
    return sum;
}

int main(int argc, char **argv)
{
    struct memory_options options = memory_options("idle", 8 * MIB, argc, argv);
    struct idle idle = {options.bytes, memory_map("idle", options.bytes, options.pages)};
    idle_work(&idle, 1);
    return protocol_serve("idle", idle_work, &idle);
}
