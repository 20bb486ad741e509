/* SPDX-License-Identifier: MIT */
/*
 * How two boxes compete for processors: the kernel shares them out between the groups of the cpu
 * controller first, and within a group between its threads (sched-design-CFS.rst, "Group scheduler
 * extensions"). One of four threads gets a fifth beside four others in its group, but half as a
 * group of its own.
 */
#ifndef VIRTLAB_CPU_GROUP_H
#define VIRTLAB_CPU_GROUP_H

#include <sys/types.h>

enum cpu_groups {
    CPU_GROUPS_UNLIKE = 0, /* groups at different depths, or it cannot be told */
    CPU_GROUPS_ONE = 1,    /* all threads compete each for itself */
    CPU_GROUPS_TWO = 2,    /* a group each, equally deep below the same parent */
};

/*
 * Of two boxes, by their first processes, as they stand; v1 and v2 alike. What counts is where the
 * deepest descendant of each is: a tool may have put its program into a cgroup of its own.
 */
enum cpu_groups cpu_groups_of(pid_t one, pid_t other);

/* Of two cgroups, by their paths from the root of the hierarchy: "/", "/a/b". */
enum cpu_groups cpu_groups_compare(const char *one, const char *other);

#endif
