/* SPDX-License-Identifier: MIT */
#include "minicontainer/mounts.h"

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OPEN_TRIES = 1000 };

int mounts_create(const char *type, const struct mount_option *options, unsigned attributes,
                  struct error *error)
{
    int mount = -1;
    int context = sys_fsopen(type);

    if (context < 0)
        return error_set_errno(error, errno, "cannot open the file system type %s", type);
    for (; options && options->key; options++)
        if (sys_fsconfig(context, FSCONFIG_SET_STRING, options->key, options->value) < 0)
            goto failed;
    if (sys_fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL) < 0)
        goto failed;
    mount = sys_fsmount(context, attributes);
    if (mount < 0)
        goto failed;
    close(context);
    return mount;

failed:
    error_set_errno(error, errno, "cannot make a %s file system", type);
    close(context);
    return -error->errnum;
}

int mounts_copy(int dir, const char *path, bool recursive, struct error *error)
{
    unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);
    int mount = sys_open_tree(dir, path, flags | (*path ? 0 : AT_EMPTY_PATH));

    if (mount < 0)
        return error_set_errno(error, errno, "cannot bind '%s'", path);
    return mount;
}

int mounts_set(int mount, unsigned attributes, bool recursive, const char *name,
               struct error *error)
{
    struct mount_attr set = {.attr_set = attributes};

    if (sys_mount_setattr(mount, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &set) < 0)
        return error_set_errno(error, errno, "cannot set the mount flags of '%s'", name);
    return 0;
}

/* Opens path below root as a location, without following anything out of root. */
static int open_inside(int root, const char *path, uint64_t flags)
{
    struct open_how how = {
        .flags = O_PATH | O_CLOEXEC | flags,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };
    int fd;

    /* EAGAIN: somewhere a file was renamed or mounted while a ".." was resolved; openat2(2) says to
     * try again. */
    for (int tries = 0;
         (fd = sys_openat2(root, path, &how)) < 0 && errno == EAGAIN && tries < OPEN_TRIES; tries++)
        sched_yield();
    return fd;
}

/* Makes the last part of path, whose parents exist. Returns 0 also if another made it meanwhile. */
static int make_last(int root, const char *path, enum mount_target kind)
{
    char parent[PATH_MAX];
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    int result, dir;

    if ((size_t)(name - path) >= sizeof parent)
        return -ENAMETOOLONG;
    memcpy(parent, path, (size_t)(name - path));
    parent[name - path] = '\0';
    dir = open_inside(root, *parent ? parent : ".", O_DIRECTORY);
    if (dir < 0)
        return -errno;
    if (kind == TARGET_FOLDER)
        result = mkdirat(dir, name, 0755);
    else
        result = mknodat(dir, name, S_IFREG | 0644, 0);
    result = result < 0 && errno != EEXIST ? -errno : 0;
    close(dir);
    return result;
}

int mounts_make_target(int root, const char *path, enum mount_target kind, struct error *error)
{
    char part[PATH_MAX];
    size_t length = strlen(path);
    int target = open_inside(root, path, O_NOFOLLOW);

    if (target >= 0)
        return target;
    if (errno != ENOENT || length >= sizeof part)
        return error_set_errno(error, errno, "cannot open the mount point '%s'", path);

    memcpy(part, path, length + 1);
    for (char *slash = part + 1;; slash++) {
        slash = strchr(slash, '/');
        if (slash)
            *slash = '\0';
        int dir = open_inside(root, part, 0);
        if (dir >= 0)
            close(dir);
        else {
            int result = make_last(root, part, slash ? TARGET_FOLDER : kind);
            if (result < 0)
                return error_set_errno(error, -result, "cannot make the mount point '%s'", path);
        }
        if (!slash)
            break;
        *slash = '/';
    }
    target = open_inside(root, path, O_NOFOLLOW);
    if (target < 0)
        return error_set_errno(error, errno, "cannot open the mount point '%s'", path);
    return target;
}

int mounts_attach(int mount, int root, const char *path, enum mount_target kind,
                  struct error *error)
{
    struct stat status;
    int result = 0;
    int target = mounts_make_target(root, path, kind, error);

    if (target < 0) {
        close(mount);
        return target;
    }
    if (fstat(target, &status) == 0 && S_ISLNK(status.st_mode))
        result = error_set(error, ELOOP, "the mount point '%s' is a symbolic link", path);
    else if (sys_move_mount(mount, "", target, "",
                            MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH) < 0)
        result = error_set_errno(error, errno, "cannot mount on '%s'", path);
    close(target);
    close(mount);
    return result;
}

int mounts_add(int root, const char *path, const char *type, const struct mount_option *options,
               unsigned attributes, struct error *error)
{
    int mount = mounts_create(type, options, attributes, error);

    return mount < 0 ? mount : mounts_attach(mount, root, path, TARGET_FOLDER, error);
}
