/* SPDX-License-Identifier: MIT */
/*
 * Cgroups outlive the processes in them and whoever made them. A maker that is killed cannot remove
 * its container's cgroup, so the next one does: the name says whose it is.
 */
#ifndef MINICONTAINER_CLEANUP_H
#define MINICONTAINER_CLEANUP_H

#include <stddef.h>

/*
 * The name for this process's cgroup: mc-NAMESPACE-PID-START, with the PID namespace in which PID
 * counts and the process's start time, since process IDs come again. Returns 0 or a negative errno.
 */
int cleanup_name(char *name, size_t size);

/*
 * Remove what makers that are gone left in the folders, the same one in each hierarchy ("": none).
 * Makers in other PID namespaces cannot be asked for; theirs is left alone.
 */
void cleanup_sweep(const char *const *folders, size_t count);

/* Remove a cgroup whose processes have ended. Returns 0 or a negative errno. */
int cleanup_remove(const char *folder);

#endif
