/* SPDX-License-Identifier: MIT */
/*
 * Which cgroups this machine has: version 1 (one tree per controller), version 2 (one tree), or
 * both, called hybrid, where each controller lives in one of the two. cgroups(7).
 */
#ifndef VIRTLAB_HOST_CGROUP_H
#define VIRTLAB_HOST_CGROUP_H

#include <stdbool.h>
#include <stddef.h>

enum { HOST_CONTROLLERS_MAX = 16, HOST_CGROUP_PATH = 512 };

enum host_cgroup_layout { CGROUP_NONE, CGROUP_V1, CGROUP_V2, CGROUP_HYBRID };

struct host_controller {
    char name[16];
    int version;                   /* 1 or 2: the tree it is in; 0: in none, only built in */
    char folder[HOST_CGROUP_PATH]; /* where a new group for this process would be made */
    bool usable;                   /* that folder is a cgroup's, and may be written to */
};

struct host_cgroup {
    enum host_cgroup_layout layout;
    char v2_root[HOST_CGROUP_PATH]; /* where cgroup2 is mounted; empty: nowhere */
    size_t count;
    struct host_controller controllers[HOST_CONTROLLERS_MAX];
};

/*
 * Find the trees. mountinfo and own are the texts of /proc/self/mountinfo and /proc/self/cgroup,
 * v2_controllers that of cgroup.controllers in the folder of the v2 tree that would be used.
 * as_root: new groups are made at the root of each tree, else below this process's own. usable
 * stays false.
 */
void host_cgroup_parse(const char *mountinfo, const char *own, const char *v2_controllers,
                       bool as_root, struct host_cgroup *cgroup);

/* The same of this machine, with usable found out. */
void host_cgroup_read(struct host_cgroup *cgroup);

/* The controller of that name, NULL: not there. */
const struct host_controller *host_cgroup_controller(const struct host_cgroup *cgroup,
                                                     const char *name);

/* "v1", "v2", "hybrid", "none" */
const char *host_cgroup_layout_id(enum host_cgroup_layout layout);

#endif
