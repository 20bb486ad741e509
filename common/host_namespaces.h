/* SPDX-License-Identifier: MIT */
/*
 * Which namespaces can be made here, found by making each of them in a short-lived child. Settings
 * alone do not tell: a kernel option, a sysctl, a security module or a seccomp filter may be in
 * the way, and each says so only when asked for real.
 */
#ifndef VIRTLAB_HOST_NAMESPACES_H
#define VIRTLAB_HOST_NAMESPACES_H

#include <stdbool.h>
#include <stddef.h>

enum host_namespace {
    NAMESPACE_USER,
    NAMESPACE_PID,
    NAMESPACE_MOUNT,
    NAMESPACE_UTS,
    NAMESPACE_IPC,
    NAMESPACE_NET,
    NAMESPACE_CGROUP,
    NAMESPACE_TIME,
    NAMESPACE_COUNT,
};

/* How each is made. */
enum host_namespace_way {
    WAY_DIRECT,       /* with the rights this process has */
    WAY_USER,         /* inside a new user namespace, as whoever runs this */
    WAY_UNPRIVILEGED, /* inside a new user namespace, as an ordinary user; only root can try it */
    WAY_COUNT,
};

/*
 * For each way and namespace: 0 it works; a positive errno that the kernel gave; -1 not tried
 * (WAY_UNPRIVILEGED by somebody who is not root), or the child did not live to tell.
 */
struct host_namespaces {
    int result[WAY_COUNT][NAMESPACE_COUNT];
};

void host_namespaces_try(struct host_namespaces *namespaces);

/* Try one alone: the same values. */
int host_namespace_try(enum host_namespace_way way, enum host_namespace kind);

/* "user", "pid" … as in /proc/self/ns, "mnt" excepted: "mount" */
const char *host_namespace_name(enum host_namespace kind);

#endif
