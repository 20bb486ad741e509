/* SPDX-License-Identifier: MIT */
/*
 * memory: a tenant that takes memory, page by page, until it has `--mib` MiB (192 unless told,
 * which is the most) or is refused more; then it gives all back and starts again. A unit is a MiB
 * taken and touched. A box with less than that ends it, or refuses it.
 */
#include "bench/antagonists/bounds.h"

struct hoard {
    size_t most, count; /* blocks of a MiB */
    char *blocks[BOUND_MEMORY_MIB];
};

static void give_back(struct hoard *hoard)
{
    while (hoard->count > 0)
        munmap(hoard->blocks[--hoard->count], MIB);
}

static bool take_one(struct hoard *hoard)
{
    char *block = mmap(NULL, MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block == MAP_FAILED)
        return false;
    for (size_t at = 0; at < MIB; at += PAGE_BYTES)
        block[at] = 1;
    hoard->blocks[hoard->count++] = block;
    return true;
}

static uint64_t memory_work(void *state, uint64_t units)
{
    struct hoard *hoard = state;
    uint64_t got = 0;

    for (uint64_t i = 0; i < units; i++) {
        if (hoard->count < hoard->most && take_one(hoard))
            got++;
        else
            give_back(hoard);
    }
    return got;
}

int main(int argc, char **argv)
{
    static struct hoard hoard;
    struct memory_options options = memory_options("memory", BOUND_MEMORY_MIB * MIB, argc, argv);

    hoard.most = options.bytes / MIB;
    if (hoard.most > BOUND_MEMORY_MIB)
        protocol_fail("memory", "--mib: 192 at most");
    bounds_set();
    return protocol_serve("memory", memory_work, &hoard);
}
