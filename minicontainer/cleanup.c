/* SPDX-License-Identifier: MIT */
#include "minicontainer/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "minicontainer/files.h"

struct maker {
    unsigned long namespace;
    long pid;
    unsigned long long start; /* in clock ticks after boot */
};

/* The start time of a process, field 22 of its stat (proc_pid_stat(5)); 0: there is none. */
static unsigned long long start_time(long pid)
{
    char path[40], text[1024];

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    if (files_read(AT_FDCWD, path, text, sizeof text) <= 0)
        return 0;
    /* Field 2 is the program's name, in which anything can stand: count from its end. */
    char *at = strrchr(text, ')');
    for (int field = 2; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at, NULL, 10) : 0;
}

static unsigned long own_namespace(void)
{
    struct stat status;

    return stat("/proc/self/ns/pid", &status) < 0 ? 0 : (unsigned long)status.st_ino;
}

int cleanup_name(char *name, size_t size)
{
    struct maker maker = {own_namespace(), getpid(), start_time(getpid())};

    if (!maker.namespace || !maker.start)
        return -ESRCH;
    snprintf(name, size, "mc-%lu-%ld-%llu", maker.namespace, maker.pid, maker.start);
    return 0;
}

static bool read_name(const char *name, struct maker *maker)
{
    int length = 0;

    return sscanf(name, "mc-%lu-%ld-%llu%n", &maker->namespace, &maker->pid, &maker->start,
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
            if (known || start_time(maker.pid) == maker.start)
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
