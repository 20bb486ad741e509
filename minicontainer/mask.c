/* SPDX-License-Identifier: MIT */
#include "minicontainer/mask.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minicontainer/mounts.h"

/*
 * The default of the OCI tools (runc spec, podman, docker): kernel memory, other users' keys,
 * timers and profiles of other processes, and interfaces to firmware and hardware.
 */
static const char *const proc_hidden[] = {
    "proc/acpi",       "proc/asound",      "proc/kcore",       "proc/keys", "proc/latency_stats",
    "proc/timer_list", "proc/timer_stats", "proc/sched_debug", "proc/scsi", NULL,
};
static const char *const sys_hidden[] = {"sys/devices/virtual/powercap", "sys/firmware", NULL};

/*
 * Where other file systems are mounted in /sys, always at these places (sysfs_create_mount_point()
 * in the kernel): cgroups, the kernel's insides and what is loaded into it. They would come along
 * with the host's /sys; a new one has none.
 */
static const char *const sys_mounts[] = {
    "sys/fs/cgroup",
    "sys/fs/bpf",
    "sys/fs/fuse/connections",
    "sys/fs/pstore",
    "sys/fs/resctrl",
    "sys/fs/selinux",
    "sys/fs/smackfs",
    "sys/hypervisor/s390",
    "sys/kernel/debug",
    "sys/kernel/tracing",
    "sys/kernel/security",
    "sys/kernel/config",
    NULL,
};

/* Settings of the whole kernel: the user namespace's root is refused most, but not by design all.
 */
static const char *const proc_read_only[] = {
    "proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger", NULL,
};

/* The kind of the file at path in root; false: there is none. */
static bool find(int root, const char *path, enum mount_target *kind)
{
    struct stat status;

    if (fstatat(root, path, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return false;
    *kind = S_ISDIR(status.st_mode) ? TARGET_FOLDER : TARGET_FILE;
    return true;
}

/* A detached mount that hides a file or a folder. *empty: where an empty folder is mounted already.
 */
static int make_cover(int root, enum mount_target kind, const char **empty, const char *path,
                      struct error *error)
{
    if (kind == TARGET_FILE)
        return mounts_copy(root, "dev/null", false, error);
    if (*empty)
        return mounts_copy(root, *empty, false, error);
    *empty = path;
    return mounts_create("tmpfs", NULL, MOUNTS_INERT | MOUNT_ATTR_RDONLY, error);
}

static int hide(int root, const char *const *paths, struct error *error)
{
    const char *empty = NULL;
    enum mount_target kind;

    for (; *paths; paths++) {
        if (!find(root, *paths, &kind))
            continue;
        int mount = make_cover(root, kind, &empty, *paths, error);
        if (mount < 0)
            return mount;
        int result = mounts_attach(mount, root, *paths, kind, error);
        if (result < 0)
            return result;
    }
    return 0;
}

static int forbid_writing(int root, const char *const *paths, struct error *error)
{
    enum mount_target kind;

    for (; *paths; paths++) {
        if (!find(root, *paths, &kind))
            continue;
        int mount = mounts_copy(root, *paths, true, error);
        if (mount < 0)
            return mount;
        int result = mounts_set(mount, MOUNTS_INERT | MOUNT_ATTR_RDONLY, true, *paths, error);
        if (result < 0) {
            close(mount);
            return result;
        }
        if ((result = mounts_attach(mount, root, *paths, kind, error)) < 0)
            return result;
    }
    return 0;
}

int mask_proc(int root, struct error *error)
{
    int result = hide(root, proc_hidden, error);

    return result < 0 ? result : forbid_writing(root, proc_read_only, error);
}

/* /sys is mounted read-only as a whole. */
int mask_sys(int root, enum minicontainer_net net, struct error *error)
{
    int result = hide(root, sys_hidden, error);

    return result < 0 || net == MINICONTAINER_NET_NONE ? result : hide(root, sys_mounts, error);
}
