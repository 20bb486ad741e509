/* SPDX-License-Identifier: MIT */
/*
 * latency: what does one access to memory cost when nothing can be guessed ahead?
 *
 * `--mib` MiB (64 unless told) hold one pointer in each 64-byte cache line. The pointers make one
 * random cycle through all of them; one iteration follows one pointer, and the next address is
 * known only when it has arrived. With 4 KiB pages nearly every step also misses the TLB, whose
 * refill walks one set of page tables natively and up to two in a virtual machine: this is where
 * a VM's memory differs, and why page sizes are compared apart (--pages).
 *
 * What it does not answer: bandwidth, or latency under load; and main memory's latency at all where
 * the last-level cache holds the buffer (then give --mib).
 */
#include "bench/workloads/memory.h"
#include "bench/workloads/sattolo.h"

#define LINE_BYTES ((size_t)64)

union line {
    union line *next;
    char bytes[LINE_BYTES];
};

static uint64_t latency_work(void *state, uint64_t iterations)
{
    union line *lines = state;
    union line *line = lines;
    for (uint64_t i = 0; i < iterations; i++)
        line = line->next;
    return (uint64_t)(line - lines);
}

int main(int argc, char **argv)
{
    struct memory_options options = memory_options("latency", 64 * MIB, argc, argv);
    uint32_t count = (uint32_t)(options.bytes / LINE_BYTES);
    union line *lines = memory_map("latency", options.bytes, options.pages);
    /* The cycle is shuffled in a table of its own: 16 times smaller, so it is done in the cache. */
    size_t table_bytes = count * sizeof(uint32_t);
    uint32_t *next = memory_map("latency", table_bytes, PAGES_ANY);
    sattolo_cycle(next, count, 1);
    for (uint32_t i = 0; i < count; i++)
        lines[i].next = &lines[next[i]];
    munmap(next, table_bytes);
    return protocol_serve("latency", latency_work, lines);
}
