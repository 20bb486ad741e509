/* SPDX-License-Identifier: MIT */
#ifndef MINICONTAINER_CGROUP_H
#define MINICONTAINER_CGROUP_H
struct cgroup {
    int none;
};
#endif
