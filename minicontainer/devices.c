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

/* Binds a device of the host at path inside: a mount of one file, from which no other can be made.
 */
static int bind_device(int root, const char *host, const char *path, struct error *error)
{
    int mount = mounts_copy(AT_FDCWD, host, false, error);
    if (mount < 0)
        return mount;
    int result = mounts_set(mount, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, false, host, error);
    if (result < 0) {
        close(mount);
        return result;
    }
    return mounts_attach(mount, root, path, TARGET_FILE, error);
}

/*
 * The caller's terminal, if the program has it, is /dev/console: its own name, /dev/pts/N, means
 * another terminal inside, and ttyname(3) looks for one that it can name.
 */
static int bind_console(int root, struct error *error)
{
    char link[32], name[64];
    struct stat terminal, found;

    for (int fd = 0; fd <= 2; fd++) {
        if (!isatty(fd))
            continue;
        snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
        ssize_t length = readlink(link, name, sizeof name - 1);
        if (length < 0)
            return 0;
        name[length] = '\0';
        /* In another container than the terminal's, the name may be anything's. */
        if (fstat(fd, &terminal) < 0 || stat(name, &found) < 0 || !S_ISCHR(found.st_mode) ||
            terminal.st_rdev != found.st_rdev || terminal.st_dev != found.st_dev)
            return 0;
        return bind_device(root, name, "dev/console", error);
    }
    return 0;
}

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
        result = bind_device(root, host, host + 1, error);
    }
    if (result == 0)
        result = bind_console(root, error);
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
