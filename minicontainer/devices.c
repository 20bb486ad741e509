/* SPDX-License-Identifier: MIT */
#include "minicontainer/devices.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minicontainer/mounts.h"

/*
 * Bound from the host one by one: a user namespace may not make device nodes, and a bind mount
 * gives no more than the one device.
 */
static const char *const nodes[] = {"null", "zero", "full", "random", "urandom", "tty"};

static const struct {
    const char *name, *target;
} links[] = {
    {"ptmx",   "pts/ptmx"       },
    {"fd",     "/proc/self/fd"  },
    {"stdin",  "/proc/self/fd/0"},
    {"stdout", "/proc/self/fd/1"},
    {"stderr", "/proc/self/fd/2"},
};

int devices_make(int root, bool many_ids, struct error *error)
{
    static const struct mount_option dev[] = {
        {"mode", "755"},
        {"size",      "64K"},
        {0}
    };
    static const struct mount_option shm[] = {
        {"mode", "1777"},
        {"size",      "64M"},
        {0}
    };
    /* gid 5 is group tty, which owns terminals, in every distribution; it must be mapped. */
    static const struct mount_option pts[] = {
        {"mode", "620"},
        {"ptmxmode",      "666"},
        {"gid","5"},
        {0 }
    };
    static const struct mount_option pts_one_id[] = {
        {"mode", "620"},
        {"ptmxmode",      "666"},
        {0}
    };
    const unsigned data = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    int result;

    /* Without MOUNT_ATTR_NODEV the nodes would be no less dead: it counts for each mount alone. */
    result = mounts_add(root, "dev", "tmpfs", dev, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, error);
    if (result == 0)
        result = mounts_add(root, "dev/pts", "devpts", many_ids ? pts : pts_one_id,
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, error);
    if (result == 0)
        result = mounts_add(root, "dev/shm", "tmpfs", shm, data, error);
    for (size_t i = 0; i < sizeof nodes / sizeof *nodes && result == 0; i++) {
        char host[32];
        snprintf(host, sizeof host, "/dev/%s", nodes[i]);
        int mount = mounts_copy(AT_FDCWD, host, false, error);
        if (mount < 0)
            return mount;
        result = mounts_set(mount, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, false, host, error);
        if (result < 0) {
            close(mount);
            return result;
        }
        result = mounts_attach(mount, root, host + 1, TARGET_FILE, error);
    }
    if (result < 0)
        return result;

    int folder = mounts_make_target(root, "dev", TARGET_FOLDER, error);
    if (folder < 0)
        return folder;
    for (size_t i = 0; i < sizeof links / sizeof *links; i++)
        if (symlinkat(links[i].target, folder, links[i].name) < 0) {
            error_set_errno(error, errno, "cannot make the link '/dev/%s'", links[i].name);
            close(folder);
            return -error->errnum;
        }
    close(folder);
    return 0;
}
