/* SPDX-License-Identifier: MIT */
#include "minicontainer/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/process_stat.h"
#include "minicontainer/files.h"

struct maker {
    unsigned long namespace;
    long pid;
    uint64_t start; /* in clock ticks after boot */
};

static unsigned long own_namespace(void)
{
    struct stat status;

    return stat("/proc/self/ns/pid", &status) < 0 ? 0 : (unsigned long)status.st_ino;
}

int cleanup_name(char *name, size_t size)
{
    unsigned long namespace = own_namespace();
    struct process_stat self;

    if (!namespace || !process_stat_read(getpid(), &self))
        return -ESRCH;
    snprintf(name, size, "mc-%lu-%d-%" PRIu64, namespace, getpid(), self.start_ticks);
    return 0;
}

static bool read_name(const char *name, struct maker *maker)
{
    int length = 0;

    return sscanf(name, "mc-%lu-%ld-%" SCNu64 "%n", &maker->namespace, &maker->pid, &maker->start,
                  &length) == 3 &&
           name[length] == '\0';
}

static bool is_in(const char *folder, const char *name)
{
    char path[PATH_MAX];

    return snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path &&
           access(path, F_OK) == 0;
}

void cleanup_sweep(const char *const *folders, size_t count)
{
    unsigned long namespace = own_namespace();
    struct dirent *entry;
    struct maker maker;
    struct process_stat process;

    for (size_t i = 0; i < count; i++) {
        struct stat status;
        /* A folder's links are its name, its "." and its folders' ".." (inode(7)): none, no
         * reading. */
        if (!*folders[i] || stat(folders[i], &status) < 0 || status.st_nlink == 2)
            continue;
        DIR *dir = opendir(folders[i]);
        while (dir && (entry = readdir(dir))) {
            bool known = !read_name(entry->d_name, &maker) || maker.namespace != namespace;
            /* What is still in an earlier folder has a maker that lives. */
            for (size_t earlier = 0; earlier < i && !known; earlier++)
                known = *folders[earlier] && is_in(folders[earlier], entry->d_name);
            if (known || (process_stat_read((pid_t)maker.pid, &process) &&
                          process.start_ticks == maker.start))
                continue;
            for (size_t any = 0; any < count; any++) {
                char path[PATH_MAX];
                if (*folders[any] && snprintf(path, sizeof path, "%s/%s", folders[any],
                                              entry->d_name) < (int)sizeof path)
                    rmdir(path);
            }
        }
        if (dir)
            closedir(dir);
    }
}

int cleanup_remove(const char *folder)
{
    const struct timespec pause = {.tv_nsec = NS_PER_MS};

    /* The last process can be dead for us a little before it has left its cgroup. */
    for (int tries = 0; rmdir(folder) < 0; tries++) {
        if (errno == ENOENT)
            break;
        if (errno != EBUSY || tries == 1000)
            return -errno;
        nanosleep(&pause, NULL);
    }
    return 0;
}
