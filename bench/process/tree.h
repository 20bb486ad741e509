/* SPDX-License-Identifier: MIT */
/* A process with all its descendants, as /proc shows them at one moment. */
#ifndef VIRTLAB_TREE_H
#define VIRTLAB_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { TREE_MAX = 4096 };

struct tree {
    size_t count;
    pid_t pids[TREE_MAX]; /* the root first, parents before children */
};

/*
 * Fill *tree from root down. Processes that come or go meanwhile may be missed. Returns 0, or a
 * negative errno when /proc cannot be read.
 */
int tree_read(struct tree *tree, pid_t root);

/* The same, but for those processes and all that is below them. */
int tree_read_without(struct tree *tree, pid_t root, const pid_t *without, size_t without_count);

/* Whether it is there, and not only waiting to be waited for. */
bool tree_runs(pid_t pid);

/*
 * Whether root and every descendant may run on that processor only: a cgroup can undo a binding.
 * False for a negative number.
 */
bool tree_is_bound(pid_t root, int cpu);

/* On how many processors root and its descendants may run, together; 0: unknown. */
int tree_processors(pid_t root);

/* The parent of a process; 0 when it is gone or nobody's child. */
pid_t tree_parent(pid_t pid);

#endif
