/* SPDX-License-Identifier: MIT */
#include "minicontainer/rootfs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/stages.h"
#include "minicontainer/devices.h"
#include "minicontainer/mask.h"
#include "minicontainer/steps.h"
#include "minicontainer/syscalls.h"

enum {
    /* Nothing on disk of the container's gains privileges by being executed, or is a device. */
    ATTRIBUTES_HOST = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV,
};

int rootfs_plan(struct rootfs *rootfs, const char *guest, const char *host, struct error *error)
{
    struct stat status;

    for (size_t i = 0; i < rootfs->count; i++)
        if (strcmp(rootfs->binds[i].guest, guest) == 0)
            return 0;
    if (stat(host, &status) < 0)
        return error_set_errno(error, errno, "cannot bind '%s'", host);

    struct bind *binds = reallocarray(rootfs->binds, rootfs->count + 1, sizeof *binds);
    if (!binds)
        return error_set_errno(error, ENOMEM, "cannot plan the root");
    rootfs->binds = binds;
    binds += rootfs->count;
    *binds = (struct bind){
        .guest = strdup(guest),
        .host = strdup(host),
        .kind = S_ISDIR(status.st_mode) ? TARGET_FOLDER : TARGET_FILE,
        .mount = -1,
    };
    rootfs->count++;
    if (!binds->guest || !binds->host)
        return error_set_errno(error, ENOMEM, "cannot plan the root");
    return 0;
}

/* Makes those mount points that are missing in the folder, before it becomes read-only. */
static int make_mount_points(const struct rootfs *rootfs, int mount, struct error *error)
{
    static const char *const own[] = {"/proc", "/sys", "/dev", "/tmp"};
    const size_t own_count = sizeof own / sizeof *own;

    for (size_t i = 0; i < own_count + rootfs->count; i++) {
        const struct bind *bind = i < own_count ? NULL : &rootfs->binds[i - own_count];
        const char *path = bind ? bind->guest : own[i];
        /* What goes below these two is made when they are mounted. */
        if (strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/tmp/", 5) == 0)
            continue;
        int target = mounts_make_target(mount, path, bind ? bind->kind : TARGET_FOLDER, error);
        if (target < 0)
            return target;
        close(target);
    }
    return 0;
}

static int judge_folder(const char *folder, int mount, struct error *error)
{
    struct stat status;

    if (fstat(mount, &status) == 0 && !S_ISDIR(status.st_mode))
        return error_set(error, ENOTDIR, "the root '%s' is no folder", folder);
    return 0;
}

/* Opens host as a detached, read-only mount. */
static int open_read_only(const struct rootfs *rootfs, const char *host, enum mount_target kind,
                          struct error *error)
{
    bool recursive = kind == TARGET_FOLDER;
    int result = 0;
    int mount = mounts_copy(AT_FDCWD, host, recursive, error);

    if (mount < 0)
        return mount;
    if (host == rootfs->folder && (result = judge_folder(host, mount, error)) == 0)
        result = make_mount_points(rootfs, mount, error);
    if (result == 0)
        result = mounts_set(mount, ATTRIBUTES_HOST, recursive, host, error);
    if (result < 0) {
        close(mount);
        return result;
    }
    return mount;
}

int rootfs_open(struct rootfs *rootfs, struct error *error)
{
    if (rootfs->folder) {
        rootfs->mount = open_read_only(rootfs, rootfs->folder, TARGET_FOLDER, error);
        if (rootfs->mount < 0)
            return rootfs->mount;
    }
    for (size_t i = 0; i < rootfs->count; i++) {
        struct bind *bind = &rootfs->binds[i];
        bind->mount = open_read_only(rootfs, bind->host, bind->kind, error);
        if (bind->mount < 0)
            return bind->mount;
    }
    return 0;
}

void rootfs_map_owners(struct rootfs *rootfs, int user_namespace)
{
    struct mount_attr map = {
        .attr_set = MOUNT_ATTR_IDMAP,
        .userns_fd = (unsigned)user_namespace,
    };

    /* Failure leaves the mount as it was: some file systems cannot, and no harm is done. */
    if (rootfs->folder)
        sys_mount_setattr(rootfs->mount, "", AT_EMPTY_PATH, &map);
    for (size_t i = 0; i < rootfs->count; i++)
        sys_mount_setattr(rootfs->binds[i].mount, "", AT_EMPTY_PATH, &map);
}

/* Puts the new root over "/" and returns its descriptor. */
static int mount_root(struct rootfs *rootfs, struct error *error)
{
    /* clang-format off */
    static const struct mount_option options[] = {
        {"mode", "755"},
        {"size", "1M"},
        {0},
    };
    /* clang-format on */
    struct mount_attr private = {.propagation = MS_PRIVATE};
    int root = rootfs->mount;

    /* First of all: nothing that is mounted from here on may show on the host. */
    if (sys_mount_setattr(AT_FDCWD, "/", AT_RECURSIVE, &private) < 0)
        return error_set_errno(error, errno, "cannot make the mounts private");
    if (!rootfs->folder)
        root = mounts_create("tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, error);
    if (root < 0)
        return root;
    rootfs->mount = root;
    if (sys_move_mount(root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return error_set_errno(error, errno, "cannot mount the new root");
    return root;
}

/* /tmp is memory, of which tmpfs would give away half of the machine's, and as many files. */
static int mount_tmp(int root, const struct minicontainer_config *config, struct error *error)
{
    const uint64_t bytes = config->memory_bytes ? config->memory_bytes : MINICONTAINER_TMP_BYTES;
    char size[24], files[24];
    /* clang-format off */
    const struct mount_option options[] = {
        {"mode", "1777"},
        {"size", size},
        {"nr_inodes", files},
        {0},
    };
    /* clang-format on */

    snprintf(size, sizeof size, "%" PRIu64, bytes);
    snprintf(files, sizeof files, "%" PRIu64, bytes / MOUNTS_BYTES_PER_FILE);
    return mounts_add(root, "tmp", "tmpfs", options, MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, error);
}

static int mount_sys(int root, const struct minicontainer_config *config, struct error *error)
{
    /* The kernel gives a new sysfs only to the owner of the network namespace it shows. */
    if (config->net == MINICONTAINER_NET_NONE)
        return mounts_add(root, "sys", "sysfs", NULL, MOUNTS_INERT | MOUNT_ATTR_RDONLY, error);
    /*
     * The host's own then, without what is mounted below it. In a user namespace the kernel does
     * not uncover what such mounts cover: there they come along, and mask_sys() hides them.
     */
    struct error refusal;
    int mount = mounts_copy(AT_FDCWD, "/sys", false, &refusal);
    if (mount < 0)
        mount = mounts_copy(AT_FDCWD, "/sys", true, error);
    if (mount < 0)
        return mount;
    int result = mounts_set(mount, MOUNTS_INERT | MOUNT_ATTR_RDONLY, true, "/sys", error);
    if (result < 0) {
        close(mount);
        return result;
    }
    return mounts_attach(mount, root, "sys", TARGET_FOLDER, error);
}

static int pivot(int root, struct error *error)
{
    /* Where nothing of the old root is needed, no folder is: pivot_root(2), NOTES. */
    if (fchdir(root) < 0)
        return error_set_errno(error, errno, "cannot enter the new root");
    if (sys_pivot_root(".", ".") < 0)
        return error_set_errno(error, errno, "cannot change the root by pivot_root%s",
                               errno == EINVAL ? " (the initial ramfs cannot be left in this way: "
                                                 "see switch_root(8))"
                                               : "");
    if (sys_umount2(".", MNT_DETACH) < 0)
        return error_set_errno(error, errno, "cannot detach the old root");
    if (chdir("/") < 0)
        return error_set_errno(error, errno, "cannot enter the new root");
    return 0;
}

static int bind_files(struct rootfs *rootfs, int root, struct error *error)
{
    int result = 0;

    for (size_t i = 0; i < rootfs->count && result == 0; i++) {
        struct bind *bind = &rootfs->binds[i];
        result = mounts_attach(bind->mount, root, bind->guest, bind->kind, error);
        bind->mount = -1;
    }
    return result;
}

/*
 * What --nested leaves uncovered is safe as long as root inside is not root of the machine, whom
 * the settings of the kernel belong to: a program named in core_pattern is run outside of all
 * walls. It is that root where root without CAP_SETUID starts us: it has no other users to give.
 */
static int judge_uncovered_proc(int root, struct error *error)
{
    if (faccessat(root, "proc/sys/kernel/core_pattern", W_OK, 0) < 0)
        return 0;
    return error_set(error, EPERM,
                     "--nested is not safe here: root inside would be the machine's root, for its "
                     "caller has no other user IDs to give; start it as an ordinary user");
}

int rootfs_build(struct rootfs *rootfs, const struct minicontainer_config *config, bool opened,
                 bool many_ids, struct error *error)
{
    const struct trace *trace = &config->trace;
    int result;

    if (!opened && (result = rootfs_open(rootfs, error)) < 0)
        return result;
    int root = STEPS_MAKE(trace, STEP_ROOTFS, rootfs->folder, mount_root(rootfs, error));
    if (root < 0)
        return root;
    result = STEPS_MAKE(trace, STEP_PROC, NULL,
                        mounts_add(root, "proc", "proc", NULL, MOUNTS_INERT, error));
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_DEVICES, NULL, devices_make(root, config, many_ids, error));
    if (result == 0)
        result = mount_tmp(root, config, error);
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_FILES, NULL, bind_files(rootfs, root, error));
    if (result == 0 && config->nested)
        result = judge_uncovered_proc(root, error);
    /* The kernel gives a new /proc only to who sees one that nothing hides a part of. */
    if (result == 0 && !config->nested)
        result = STEPS_MAKE(trace, STEP_MASK, NULL, mask_proc(root, error));
    return result;
}

int rootfs_enter(struct rootfs *rootfs, const struct minicontainer_config *config,
                 struct error *error)
{
    const struct trace *trace = &config->trace;
    int root = rootfs->mount;
    int result = STEPS_MAKE(trace, STEP_SYS, NULL, mount_sys(root, config, error));

    if (result == 0)
        result = STEPS_MAKE(trace, STEP_MASK, NULL, mask_sys(root, config->net, error));
    if (result == 0)
        result = mounts_set(root, MOUNT_ATTR_RDONLY, false, "/", error);
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_PIVOT, NULL, pivot(root, error));
    return result;
}

void rootfs_close(struct rootfs *rootfs)
{
    for (size_t i = 0; i < rootfs->count; i++) {
        if (rootfs->binds[i].mount >= 0)
            close(rootfs->binds[i].mount);
        rootfs->binds[i].mount = -1;
    }
    if (rootfs->mount >= 0)
        close(rootfs->mount);
    rootfs->mount = -1;
}

void rootfs_free(struct rootfs *rootfs)
{
    rootfs_close(rootfs);
    for (size_t i = 0; i < rootfs->count; i++) {
        free(rootfs->binds[i].guest);
        free(rootfs->binds[i].host);
    }
    free(rootfs->binds);
}
