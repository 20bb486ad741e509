/* SPDX-License-Identifier: MIT */
#include "bench/process/cpu_group.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/process/cgroup.h"
#include "bench/process/tree.h"

enum { PATH_BYTES = 1024 };

static unsigned depth(const char *path)
{
    unsigned depth = 0;

    for (; *path; path++)
        depth += *path == '/' && path[1] != '\0';
    return depth;
}

enum cpu_groups cpu_groups_compare(const char *one, const char *other)
{
    if (strcmp(one, other) == 0)
        return CPU_GROUPS_ONE;
    return depth(one) == depth(other) ? CPU_GROUPS_TWO : CPU_GROUPS_UNLIKE;
}

static bool is_v2(void *context, const char *folder, bool v2, const char *options)
{
    (void)options;
    if (v2)
        snprintf(context, PATH_BYTES, "%.900s", folder);
    return v2;
}

/*
 * In v2 a process is in the cpu group of the nearest cgroup, from its own up, to which the
 * controller was handed down; that one has a weight.
 */
static void climb_to_weight(char *path)
{
    char mount[PATH_BYTES] = "", file[2 * PATH_BYTES + 32];

    bench_cgroup_for_each_mount(is_v2, mount);
    for (;;) {
        snprintf(file, sizeof file, "%s%s/cpu.weight", mount, path);
        char *slash = strrchr(path, '/');
        if (!slash || access(file, F_OK) == 0)
            return;
        *slash = '\0';
    }
}

/* Lines are "NUMBER:CONTROLLERS:PATH"; v2 is "0::PATH" (cgroups(7)). */
static bool read_cpu_group(pid_t pid, char path[PATH_BYTES])
{
    char name[64], line[PATH_BYTES + 256], v2[PATH_BYTES] = "";
    bool found = false;

    snprintf(name, sizeof name, "/proc/%d/cgroup", pid);
    FILE *file = fopen(name, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *controllers = strchr(line, ':');
        char *own = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!own)
            continue;
        *own++ = '\0';
        own[strcspn(own, "\n")] = '\0';
        if (strcmp(controllers, ":") == 0)
            snprintf(v2, sizeof v2, "%.1000s", own);
        for (char *rest, *word = strtok_r(controllers, ":,", &rest); word && !found;
             word = strtok_r(NULL, ":,", &rest))
            found = strcmp(word, "cpu") == 0;
        if (found)
            snprintf(path, PATH_BYTES, "%.1000s", own);
    }
    if (file)
        fclose(file);
    if (!found && *v2) {
        strcpy(path, v2);
        climb_to_weight(path);
    }
    return found || *v2;
}

static pid_t deepest(pid_t root)
{
    struct tree tree; /* parents before children */

    return tree_read(&tree, root) == 0 ? tree.pids[tree.count - 1] : root;
}

enum cpu_groups cpu_groups_of(pid_t one, pid_t other)
{
    char path_of_one[PATH_BYTES], path_of_other[PATH_BYTES];

    if (!read_cpu_group(deepest(one), path_of_one) ||
        !read_cpu_group(deepest(other), path_of_other))
        return CPU_GROUPS_UNLIKE;
    return cpu_groups_compare(path_of_one, path_of_other);
}
