/* SPDX-License-Identifier: MIT */
#include "minicontainer/idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minicontainer/files.h"

static int write_map(int proc, const char *file, uint32_t inside, uint32_t outside, uint32_t count,
                     struct error *error)
{
    char line[64];

    snprintf(line, sizeof line, "%u %u %u\n", inside, outside, count);
    int result = files_write(proc, file, line);
    if (result < 0)
        return error_set_errno(error, -result, "cannot write '%.20s' to the child's %s", line,
                               file);
    return 0;
}

static int write_maps(int proc, bool privileged, bool *many, struct error *error)
{
    int result;

    *many = false;
    if (privileged) {
        result = write_map(proc, "uid_map", 0, IDMAP_FIRST_OUTSIDE, IDMAP_COUNT, error);
        if (result == 0) {
            *many = true;
            return write_map(proc, "gid_map", 0, IDMAP_FIRST_OUTSIDE, IDMAP_COUNT, error);
        }
        /* Root of a user namespace itself, which has not got these IDs to give. */
        if (result != -EPERM)
            return result;
    }
    result = files_write(proc, "setgroups", "deny");
    if (result < 0)
        return error_set_errno(error, -result, "cannot deny setgroups to the child");
    result = write_map(proc, "uid_map", 0, geteuid(), 1, error);
    return result < 0 ? result : write_map(proc, "gid_map", 0, getegid(), 1, error);
}

int idmap_write(pid_t child, bool privileged, bool *many, struct error *error)
{
    char folder[32];

    snprintf(folder, sizeof folder, "/proc/%d", (int)child);
    int proc = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return error_set_errno(error, errno, "cannot open %s", folder);
    int result = write_maps(proc, privileged, many, error);
    close(proc);
    return result;
}

int idmap_become_root(bool many, bool keep_groups, struct error *error)
{
    /* Raw calls: the C library's wrappers are for many threads and the child has one. */
    if (many && !keep_groups && syscall(SYS_setgroups, 0, NULL) < 0)
        return error_set_errno(error, errno, "cannot leave the supplementary groups");
    if (syscall(SYS_setresgid, 0, 0, 0) < 0 || syscall(SYS_setresuid, 0, 0, 0) < 0)
        return error_set_errno(error, errno, "cannot become root of the user namespace");
    return 0;
}

int idmap_rename(uint32_t uid, uint32_t gid, struct error *error)
{
    int result;

    if (unshare(CLONE_NEWUSER) < 0)
        return error_set_errno(error, errno, "cannot make a second user namespace");
    /* The files of a process that cannot be dumped belong to the host's root: proc(5). */
    prctl(PR_SET_DUMPABLE, 1);
    int proc = open("/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (proc < 0)
        return error_set_errno(error, errno, "cannot open /proc/self");
    result = write_map(proc, "uid_map", uid, 0, 1, error);
    if (result == 0)
        result = write_map(proc, "gid_map", gid, 0, 1, error);
    close(proc);
    prctl(PR_SET_DUMPABLE, 0);
    return result;
}
