/* SPDX-License-Identifier: MIT */
/* What is "/" inside: a folder of the host, or an empty root with the program and its libraries. */
#ifndef MINICONTAINER_ROOTFS_H
#define MINICONTAINER_ROOTFS_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"
#include "minicontainer/minicontainer.h"
#include "minicontainer/mounts.h"

struct bind {
    char *guest, *host;
    enum mount_target kind;
    int mount; /* the detached mount; -1: not opened */
};

struct rootfs {
    const char *folder; /* NULL: the minimal root */
    int mount;          /* of folder, then of "/" */
    struct bind *binds;
    size_t count;
};

/* Plan for a file or folder of the host to be seen inside. A guest path that is planned wins. */
int rootfs_plan(struct rootfs *rootfs, const char *guest, const char *host, struct error *error);

/*
 * Open everything planned as detached, read-only mounts, after making in the folder what mount
 * points it lacks. By the maker where it is root, so that
 * the child need not be able to reach the files; else by the child.
 */
int rootfs_open(struct rootfs *rootfs, struct error *error);

/*
 * Let the mounts show the owners' IDs as the user namespace at the descriptor maps them, so that
 * root's files are root's inside too. Where a file system cannot do that, they belong to nobody.
 */
void rootfs_map_owners(struct rootfs *rootfs, int user_namespace);

/*
 * In the child: build the root over the old one, with /proc, /dev and /tmp. opened: rootfs_open()
 * has been called by the maker. many_ids: group 5 (tty) is mapped.
 */
int rootfs_build(struct rootfs *rootfs, const struct minicontainer_config *config, bool opened,
                 bool many_ids, struct error *error);

/* ... then, in the network namespace that /sys shows: finish it and make it the only root. */
int rootfs_enter(struct rootfs *rootfs, const struct minicontainer_config *config,
                 struct error *error);

/* Close what rootfs_open() has opened. */
void rootfs_close(struct rootfs *rootfs);

void rootfs_free(struct rootfs *rootfs);

#endif
