/* SPDX-License-Identifier: MIT */
/*
 * What a box holds in memory while it stands: Pss, the proportional set size, which counts a page
 * that N processes share as 1/N in each, so that the sum over processes is right
 * (proc_pid_smaps(5)).
 */
#ifndef VIRTLAB_MEMORY_H
#define VIRTLAB_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct memory_usage {
    int64_t pss_bytes;   /* of the tool and all its descendants */
    int64_t huge_bytes;  /* of that, in transparent huge pages (AnonHugePages) */
    int64_t guest_bytes; /* of that, the program's or the guest's own */
    int64_t tool_bytes;  /* the rest: the runtime or VMM around it */
    bool split;          /* guest and tool could be told apart */
    unsigned processes;
};

/*
 * Add the memory of root and all its descendants to *usage. The program's own is what a process
 * holds whose executable is the file at program; and in a VMM, what it maps without reserving
 * swap space, which is how it maps the guest's memory.
 * Returns 0, or a negative errno: -EACCES where another user's processes may not be read.
 */
int memory_read(struct memory_usage *usage, pid_t root, const char *program);

/* What can be had without swapping (MemAvailable, proc_meminfo(5)); 0: unknown. */
int64_t memory_available_bytes(void);

/* Put into words why memory_read() failed. */
void memory_explain(int result, char *text, size_t size);

#endif
