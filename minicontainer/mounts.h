/* SPDX-License-Identifier: MIT */
/*
 * Mounts as descriptors. A mount is made detached, belonging to nowhere, is given its attributes,
 * and only then put into the tree, on a target that is a descriptor too. No path is looked up
 * twice, so nobody can put a symbolic link in its place between the check and the use
 * (CVE-2021-30465), and no mount is writable for a moment before it becomes read-only.
 */
#ifndef MINICONTAINER_MOUNTS_H
#define MINICONTAINER_MOUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "minicontainer/syscalls.h"

/* No set-user-ID, no device, no program on this mount has any effect. */
enum { MOUNTS_INERT = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC };

/* How many bytes a tmpfs is large for each file that may be in it; an inode takes about 1 KiB. */
enum { MOUNTS_BYTES_PER_FILE = 4096 };

enum mount_target { TARGET_FOLDER, TARGET_FILE };

/* A key and value of fsconfig(2), such as "mode" and "1777"; an array ends with a NULL key. */
struct mount_option {
    const char *key, *value;
};

/* Descriptor of a new, detached file system with MOUNT_ATTR_* attributes, or a negative errno. */
int mounts_create(const char *type, const struct mount_option *options, unsigned attributes,
                  struct error *error);

/*
 * Descriptor of a detached copy of the mount at path, seen from dir: a bind mount in the making.
 * recursive: with all that is mounted below it.
 */
int mounts_copy(int dir, const char *path, bool recursive, struct error *error);

/* Set MOUNT_ATTR_* attributes of a mount (recursive: and of all below it). */
int mounts_set(int mount, unsigned attributes, bool recursive, const char *name,
               struct error *error);

/*
 * Descriptor (O_PATH) of the path inside root, which cannot be left by ".." or symbolic links.
 * What is missing is made: folders, and at the end a folder or an empty file.
 */
int mounts_make_target(int root, const char *path, enum mount_target kind, struct error *error);

/*
 * Put a detached mount on path inside root, making the target where it is missing, and close the
 * mount's descriptor (always). A target that is a symbolic link is refused.
 */
int mounts_attach(int mount, int root, const char *path, enum mount_target kind,
                  struct error *error);

/* mounts_create() and mounts_attach() in one, on a folder. */
int mounts_add(int root, const char *path, const char *type, const struct mount_option *options,
               unsigned attributes, struct error *error);

#endif
