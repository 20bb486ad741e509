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
const char *const mask_hidden[] = {
    "proc/acpi",          "proc/asound",
    "proc/kcore",         "proc/keys",
    "proc/latency_stats", "proc/timer_list",
    "proc/timer_stats",   "proc/sched_debug",
    "proc/scsi",          "sys/devices/virtual/powercap",
    "sys/firmware",       NULL,
};

/* Settings of the whole kernel: the user namespace's root is refused most, but not by design all.
 */
const char *const mask_read_only[] = {
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

int mask_kernel_files(int root, struct error *error)
{
    const unsigned inert = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;
    enum mount_target kind;
    int mount, result;

    for (const char *const *path = mask_hidden; *path; path++) {
        if (!find(root, *path, &kind))
            continue;
        if (kind == TARGET_FOLDER)
            mount = mounts_create("tmpfs", NULL, inert | MOUNT_ATTR_RDONLY, error);
        else
            mount = mounts_copy(root, "dev/null", false, error);
        if (mount < 0)
            return mount;
        if ((result = mounts_attach(mount, root, *path, kind, error)) < 0)
            return result;
    }
    for (const char *const *path = mask_read_only; *path; path++) {
        if (!find(root, *path, &kind))
            continue;
        mount = mounts_copy(root, *path, true, error);
        if (mount < 0)
            return mount;
        result = mounts_set(mount, inert | MOUNT_ATTR_RDONLY, true, *path, error);
        if (result < 0) {
            close(mount);
            return result;
        }
        if ((result = mounts_attach(mount, root, *path, kind, error)) < 0)
            return result;
    }
    return 0;
}
