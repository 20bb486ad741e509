/* SPDX-License-Identifier: MIT */
/*
 * The memory that a workload works on: `--mib N` is how much, `--pages 4k` or `--pages 2m` what it
 * asks the kernel to back it with. Without --pages nothing is asked.
 *
 * In a virtual machine there are two sets of page tables, the guest's and the host's. There the
 * request is only about the guest's; what backs the guest's memory is chosen by the box's own
 * option of the same name (`pages` in platforms.conf), and where the box serves no madvise(2) at
 * all the workload goes on with what it gets. Whether large pages were really used is what
 * AnonHugePages in /proc/PID/smaps says, and the harness records it.
 */
#ifndef VIRTLAB_WORKLOADS_MEMORY_H
#define VIRTLAB_WORKLOADS_MEMORY_H

#include <errno.h>
#include <stddef.h>
#include <sys/mman.h>

#include "bench/workloads/protocol.h"

#define MIB ((size_t)1 << 20)

/* A large page of x86-64: memory that is to be backed by them has to begin at such a multiple. */
#define LARGE_PAGE_BYTES (2 * MIB)
#define PAGE_BYTES       ((size_t)4096)

#define MEMORY_MAX_MIB 4096

enum memory_pages {
    PAGES_ANY,
    PAGES_4K,
    PAGES_2M,
};

struct memory_options {
    size_t bytes;
    enum memory_pages pages;
};

/* Fill *options, whose values are the defaults, from `[--mib N] [--pages 4k|2m]`. */
static inline bool memory_parse_options(int argc, char **argv, struct memory_options *options)
{
    for (int i = 1; i < argc; i += 2) {
        const char *value = argv[i + 1]; /* argv ends with NULL */
        uint64_t mib;
        if (!value)
            return false;
        if (strcmp(argv[i], "--mib") == 0 &&
            protocol_parse_number(value, strlen(value), MEMORY_MAX_MIB, &mib))
            options->bytes = (size_t)mib * MIB;
        else if (strcmp(argv[i], "--pages") == 0 && strcmp(value, "4k") == 0)
            options->pages = PAGES_4K;
        else if (strcmp(argv[i], "--pages") == 0 && strcmp(value, "2m") == 0)
            options->pages = PAGES_2M;
        else
            return false;
    }
    return true;
}

static inline struct memory_options memory_options(const char *workload, size_t default_bytes,
                                                   int argc, char **argv)
{
    struct memory_options options = {default_bytes, PAGES_ANY};
    if (!memory_parse_options(argc, argv, &options))
        protocol_fail(workload, "usage: [--mib N] [--pages 4k|2m], N from 1 to 4096");
    return options;
}

/* Zeroed memory at a multiple of a large page, not touched yet. It is never given back. */
static inline void *memory_map(const char *workload, size_t bytes, enum memory_pages pages)
{
    char *start = mmap(NULL, bytes + LARGE_PAGE_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        protocol_fail(workload, "there is not enough memory in here; give the box more, or --mib");
    start += -(uintptr_t)start % LARGE_PAGE_BYTES;
    if (pages != PAGES_ANY &&
        madvise(start, bytes, pages == PAGES_2M ? MADV_HUGEPAGE : MADV_NOHUGEPAGE) < 0 &&
        pages == PAGES_2M && errno != ENOSYS)
        protocol_fail(workload, "--pages 2m: this kernel has no transparent huge pages");
    return start;
}

#endif
