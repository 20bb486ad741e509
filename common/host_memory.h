/* SPDX-License-Identifier: MIT */
/* The memory: /proc/meminfo. -1 where the kernel does not say. */
#ifndef VIRTLAB_HOST_MEMORY_H
#define VIRTLAB_HOST_MEMORY_H

#include <stdint.h>

struct host_memory {
    int64_t total_bytes, available_bytes;
    int64_t swap_total_bytes, swap_free_bytes;
    int64_t huge_pages, huge_pages_free, huge_page_bytes; /* the reserved ones (hugetlbfs) */
};

void host_memory_read(struct host_memory *memory);

/* Read the text of a /proc/meminfo. */
void host_memory_parse(const char *text, struct host_memory *memory);

#endif
