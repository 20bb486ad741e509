/* SPDX-License-Identifier: MIT */
/*
 * bandwidth: does a box slow down streaming through memory?
 *
 * Two buffers of `--mib` MiB each (64 unless told). One iteration copies one block of 1 MiB from
 * the first to the second and adds up what it read: 1 MiB read and 1 MiB written by the program
 * (on the memory bus up to 1 MiB more, where the processor fetches a line before it is written).
 * Blocks follow each other and start over at the end, so a block comes again only after both
 * buffers have gone through the caches.
 *
 * What it does not answer: the machine's peak bandwidth, which takes several cores and streaming
 * stores; and main memory's at all where the last-level cache holds both buffers (then give --mib).
 */
#include "bench/workloads/memory.h"

#define BLOCK_BYTES MIB
#define BLOCK_WORDS (BLOCK_BYTES / sizeof(uint64_t))

struct buffers {
    size_t blocks;
    uint64_t *from;
    uint64_t *to;
};

static uint64_t copy_block(const uint64_t *restrict from, uint64_t *restrict to)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < BLOCK_WORDS; i++) {
        to[i] = from[i];
        sum += from[i];
    }
    return sum;
}

static uint64_t bandwidth_work(void *state, uint64_t iterations)
{
    const struct buffers *buffers = state;
    uint64_t checksum = 0;
    size_t block = 0;
    for (uint64_t i = 0; i < iterations; i++) {
        checksum +=
            copy_block(buffers->from + block * BLOCK_WORDS, buffers->to + block * BLOCK_WORDS);
        block = block + 1 < buffers->blocks ? block + 1 : 0;
    }
    /* What was written counts too: one word of each block that this work has reached. */
    for (block = 0; block < buffers->blocks && block < iterations; block++)
        checksum = checksum * 31 + buffers->to[block * BLOCK_WORDS + block % BLOCK_WORDS];
    return checksum;
}

int main(int argc, char **argv)
{
    struct memory_options options = memory_options("bandwidth", 64 * MIB, argc, argv);
    struct buffers buffers = {
        .blocks = options.bytes / BLOCK_BYTES,
        .from = memory_map("bandwidth", options.bytes, options.pages),
        .to = memory_map("bandwidth", options.bytes, options.pages),
    };
    /* Touch every page of both; no two words of the source are alike. */
    for (size_t i = 0; i < buffers.blocks * BLOCK_WORDS; i++)
        buffers.from[i] = i * UINT64_C(0x9e3779b97f4a7c15);
    for (size_t i = 0; i < options.bytes; i += PAGE_BYTES)
        buffers.to[i / sizeof(uint64_t)] = 1;
    return protocol_serve("bandwidth", bandwidth_work, &buffers);
}
