/* SPDX-License-Identifier: MIT */
#include "bench/process/scratch.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/process/cgroup.h"
#include "common/process_stat.h"

#define NAME_PREFIX "virtlab-"

enum { TREE_DEPTH_MAX = 64 };

/* Process numbers, and times after boot, mean something only within one of these. */
static unsigned long long pid_namespace(void)
{
    struct stat status;

    return stat("/proc/self/ns/pid", &status) == 0 ? (unsigned long long)status.st_ino : 0;
}

void scratch_name(struct scratch *scratch)
{
    struct process_stat self;
    const char *tmpdir = getenv("TMPDIR");

    process_stat_read(getpid(), &self);
    snprintf(scratch->name, sizeof scratch->name, NAME_PREFIX "%d-%llu-%" PRIu64, getpid(),
             pid_namespace(), self.start_ticks);
    bool usable = tmpdir && *tmpdir == '/' && strlen(tmpdir) < sizeof scratch->parent;
    snprintf(scratch->parent, sizeof scratch->parent, "%s", usable ? tmpdir : "/tmp");
    snprintf(scratch->folder, sizeof scratch->folder, "%s/%s", scratch->parent, scratch->name);
}

int scratch_make_folder(const struct scratch *scratch, struct error *error)
{
    if (mkdir(scratch->folder, 0700) < 0)
        return error_set_errno(error, errno, "cannot make the temporary folder %s",
                               scratch->folder);
    return 0;
}

static void remove_tree(int parent, const char *name, int depth)
{
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);

    if (!folder) {
        if (fd >= 0)
            close(fd);
        unlinkat(parent, name, 0);
        return;
    }
    for (struct dirent *entry; depth < TREE_DEPTH_MAX && (entry = readdir(folder));) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (entry->d_type != DT_DIR && unlinkat(fd, entry->d_name, 0) == 0)
            continue;
        remove_tree(fd, entry->d_name, depth + 1);
    }
    closedir(folder);
    unlinkat(parent, name, AT_REMOVEDIR);
}

void scratch_remove_tree(int parent, const char *name)
{
    remove_tree(parent, name, 0);
}

void scratch_remove(const struct scratch *scratch)
{
    scratch_remove_tree(AT_FDCWD, scratch->folder);
    bench_cgroup_remove_everywhere(scratch->name);
}

/*
 * A name of ours, with or without "-N", whose process is gone, or is another one by now. In a
 * container that sees the host's cgroups, others' names are nobody's to judge.
 */
static bool is_stale(const char *name)
{
    unsigned long long namespace;
    uint64_t named;
    struct process_stat now;
    long pid;
    char rest;

    int found = sscanf(name, NAME_PREFIX "%ld-%llu-%" SCNu64 "%c", &pid, &namespace, &named, &rest);
    if (found < 3 || (found == 4 && rest != '-') || pid <= 0 || namespace != pid_namespace())
        return false;
    return !process_stat_read((pid_t)pid, &now) || now.start_ticks != named;
}

void scratch_sweep(const struct scratch *scratch)
{
    DIR *folder = opendir(scratch->parent);
    struct stat status;

    for (struct dirent *entry; folder && (entry = readdir(folder));)
        if (is_stale(entry->d_name) &&
            fstatat(dirfd(folder), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
            S_ISDIR(status.st_mode) && status.st_uid == geteuid())
            scratch_remove_tree(dirfd(folder), entry->d_name);
    if (folder)
        closedir(folder);
    bench_cgroup_sweep(is_stale);
}
