/* SPDX-License-Identifier: MIT */
/*
 * cache: a tenant that writes to every line of 16 MiB, over and over. That is more than a core has
 * to itself, so that a neighbour finds its data gone from the caches that the two share, and the
 * way to memory busy. A unit is a MiB written.
 */
#include "bench/antagonists/bounds.h"

enum { BUFFER_MIB = 16, LINE_BYTES = 64 };

struct buffer {
    volatile char *start;
    size_t next; /* the MiB to write next */
};

static uint64_t cache_work(void *state, uint64_t units)
{
    struct buffer *buffer = state;

    for (uint64_t i = 0; i < units; i++) {
        volatile char *block = buffer->start + buffer->next * MIB;
        for (size_t at = 0; at < MIB; at += LINE_BYTES)
            block[at]++;
        buffer->next = (buffer->next + 1) % BUFFER_MIB;
    }
    return units;
}

int main(int argc, char **argv)
{
    struct buffer buffer = {0};

    (void)argv;
    if (argc > 1)
        protocol_fail("cache", "takes no arguments");
    bounds_set();
    buffer.start = memory_map("cache", BUFFER_MIB * MIB, PAGES_ANY);
    cache_work(&buffer, BUFFER_MIB);
    return protocol_serve("cache", cache_work, &buffer);
}
