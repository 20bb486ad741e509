/* SPDX-License-Identifier: MIT */
/* What the container does not share with its maker: namespaces(7). */
#ifndef MINICONTAINER_NAMESPACES_H
#define MINICONTAINER_NAMESPACES_H

#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"
#include "minicontainer/minicontainer.h"

/*
 * clone3(2) into the new namespaces. Returns in both processes, as fork(2) does: 0 in the child,
 * its process ID in the parent, or a negative errno. cgroup: a cgroup v2 folder's descriptor, in
 * which the child is born; -1: the caller's own.
 */
pid_t namespaces_clone(const struct minicontainer_config *config, int cgroup, struct error *error);

/* In the child: a new network namespace whose loopback device is up. */
int namespaces_make_network(struct error *error);

/* In the child, once it is in its cgroup: make that the root of what it sees of cgroups. */
int namespaces_hide_cgroups(struct error *error);

/* In the child: a time namespace in which the machine has just started. */
int namespaces_restart_time(struct error *error);

#endif
