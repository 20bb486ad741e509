/* SPDX-License-Identifier: MIT */
/*
 * The harness's own cgroup, around a whole box: what the kernel itself counts of the memory of
 * everything in it (cgroups(7); v1 and v2 alike). It limits nothing, unless an experiment asks for
 * a ceiling over a row of boxes.
 */
#ifndef VIRTLAB_CGROUP_H
#define VIRTLAB_CGROUP_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

struct bench_cgroup {
    bool v2;
    char name[512];    /* as a cgroup path, ".../virtlab/NAME", for a box to put its own below */
    char folder[1024]; /* of the memory controller */
    int enter_fd;      /* a process that writes 0 here is in it */
    int pids_fd;       /* v1 with a limit on processes: and here too; −1: not so */
};

/*
 * Make a fresh cgroup /virtlab/NAME under the memory controller; in v2, where that is not allowed,
 * below the nearest cgroup above our own that was given to us (cgroups(7), "Delegation"). Errors:
 * no such controller, or no permission; then memory has to be sampled instead.
 */
int bench_cgroup_make(struct bench_cgroup *cgroup, const char *name, struct error *error);

/*
 * Let everything in it have so much memory, without swap beside it, and so many processes together.
 * Errors: what the kernel says, or no controller for processes; what was set until then stays.
 */
int bench_cgroup_limit(struct bench_cgroup *cgroup, int64_t memory_bytes, unsigned processes,
                       struct error *error);

/*
 * In v2 a box with limits has the processors handed down to its cgroup, and so makes a group of
 * everything in it, which competes as one. Take them away again, as far as no other box is in
 * there: then threads compete one by one with those beside it. In v1 there is nothing to do.
 */
void bench_cgroup_ungroup_cpu(const struct bench_cgroup *cgroup);

/* The most memory that was charged to it at any moment, in bytes; −1: this kernel does not say. */
int64_t bench_cgroup_peak_bytes(const struct bench_cgroup *cgroup);

/* What the kernel itself keeps for it (page tables, stacks, inodes, KVM's tables); −1: unknown. */
int64_t bench_cgroup_kernel_bytes(const struct bench_cgroup *cgroup);

/* Remove it with all below it, in every controller. Nothing may run in there any more. */
void bench_cgroup_remove(struct bench_cgroup *cgroup);

/* Remove virtlab/NAME and NAME-…, or those names of which is_stale says so, wherever we can have
 * made them. */
void bench_cgroup_remove_everywhere(const char *name);
void bench_cgroup_sweep(bool (*is_stale)(const char *name));

/*
 * Call visit for every mounted cgroup hierarchy with its folder and its mount options ("memory"; v2
 * has none of its own). Stops when visit returns true.
 */
void bench_cgroup_for_each_mount(bool (*visit)(void *context, const char *folder, bool v2,
                                               const char *options),
                                 void *context);

#endif
