/* SPDX-License-Identifier: MIT */
#include "minicontainer/devices.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
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

/* Binds a device of the host under this name in our /dev, which nobody else can write to yet. */
static int bind_device(int dev, const char *host, const char *name, struct error *error)
{
    int mount = mounts_copy(AT_FDCWD, host, false, error);
    if (mount < 0)
        return mount;
    int result = mounts_set(mount, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, false, host, error);
    if (result == 0 && (mknodat(dev, name, S_IFREG, 0) < 0 ||
                        sys_move_mount(mount, "", dev, name, MOVE_MOUNT_F_EMPTY_PATH) < 0))
        result = error_set_errno(error, errno, "cannot make '/dev/%s'", name);
    close(mount);
    return result;
}

/*
 * The caller's terminal, if the program has it, is /dev/console: its own name, /dev/pts/N, means
 * another terminal inside, and ttyname(3) looks for one that it can name.
 */
static int bind_console(int dev, struct error *error)
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
        return bind_device(dev, name, "console", error);
    }
    return 0;
}

static int fill(int dev, const struct minicontainer_config *config, bool many_ids,
                struct error *error)
{
    /* gid 5 is group tty, which owns terminals, in every distribution; it must be mapped. */
    /* clang-format off */
    static const struct mount_option pts[] = {
        {"mode", "620"},
        {"ptmxmode", "666"},
        {"gid", "5"},
        {0},
    };
    static const struct mount_option pts_one_id[] = {
        {"mode", "620"},
        {"ptmxmode", "666"},
        {0},
    };
    /* clang-format on */
    char host[32];
    int result = mounts_add(dev, "pts", "devpts", many_ids ? pts : pts_one_id,
                            MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, error);

    for (size_t i = 0; i < sizeof nodes / sizeof *nodes && result == 0; i++) {
        snprintf(host, sizeof host, "/dev/%s", nodes[i]);
        result = bind_device(dev, host, nodes[i], error);
    }
    for (size_t i = 0; i < config->device_count && result == 0; i++)
        result = bind_device(dev, config->devices[i], config->devices[i] + strlen("/dev/"), error);
    if (result == 0)
        result = bind_console(dev, error);
    for (size_t i = 0; i < sizeof links / sizeof *links && result == 0; i++)
        if (symlinkat(links[i].target, dev, links[i].name) < 0)
            result = error_set_errno(error, errno, "cannot make the link '/dev/%s'", links[i].name);
    /* Shared memory (shm_open(3)) is a folder of the same tmpfs: one file system less to make. */
    if (result == 0 && (mkdirat(dev, "shm", 0) < 0 || fchmodat(dev, "shm", 01777, 0) < 0))
        result = error_set_errno(error, errno, "cannot make '/dev/shm'");
    return result;
}

int devices_make(int root, const struct minicontainer_config *config, bool many_ids,
                 struct error *error)
{
    /* For /dev/shm; 4 KiB of memory for each file, as in /tmp. */
    /* clang-format off */
    static const struct mount_option options[] = {
        {"mode", "755"},
        {"size", "64M"},
        {"nr_inodes", "16384"},
        {0},
    };
    /* clang-format on */
    /* No device node can be made in it; those that are bound over its files are mounts of their
     * own. */
    int dev = mounts_create("tmpfs", options, MOUNTS_INERT, error);
    if (dev < 0)
        return dev;
    int result = mounts_attach(dup(dev), root, "dev", TARGET_FOLDER, error);
    if (result == 0)
        result = fill(dev, config, many_ids, error);
    close(dev);
    return result;
}
