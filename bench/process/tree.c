/* SPDX-License-Identifier: MIT */
#include "bench/process/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/process_stat.h"

enum { PROCESSES_MAX = 32768 };

struct link {
    pid_t pid, parent;
};

pid_t tree_parent(pid_t pid)
{
    struct process_stat stat;

    return process_stat_read(pid, &stat) ? stat.parent : 0;
}

bool tree_runs(pid_t pid)
{
    struct process_stat stat;

    return process_stat_read(pid, &stat) && stat.state != 'Z' && stat.state != 'X';
}

/* Every process with its parent; NULL with errno. */
static struct link *read_links(size_t *count)
{
    DIR *proc = opendir("/proc");
    struct link *links = proc ? malloc(PROCESSES_MAX * sizeof *links) : NULL;

    *count = 0;
    for (struct dirent *entry; links && *count < PROCESSES_MAX && (entry = readdir(proc));) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0)
            links[(*count)++] = (struct link){pid, tree_parent(pid)};
    }
    if (proc)
        closedir(proc);
    return links;
}

static bool is_among(pid_t pid, const pid_t *pids, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (pids[i] == pid)
            return true;
    return false;
}

int tree_read_without(struct tree *tree, pid_t root, const pid_t *without, size_t without_count)
{
    size_t count;
    struct link *links = read_links(&count);

    if (!links)
        return -errno;
    tree->count = 1;
    tree->pids[0] = root;
    for (size_t i = 0; i < tree->count; i++)
        for (size_t j = 0; j < count && tree->count < TREE_MAX; j++)
            if (links[j].parent == tree->pids[i] && !is_among(links[j].pid, without, without_count))
                tree->pids[tree->count++] = links[j].pid;
    free(links);
    return 0;
}

int tree_read(struct tree *tree, pid_t root)
{
    return tree_read_without(tree, root, NULL, 0);
}

/* All that any of them may run on; false where that cannot be read. */
static bool read_processors(pid_t root, cpu_set_t *all)
{
    struct tree tree;
    cpu_set_t set;

    CPU_ZERO(all);
    if (tree_read(&tree, root) < 0)
        return false;
    for (size_t i = 0; i < tree.count; i++)
        if (sched_getaffinity(tree.pids[i], sizeof set, &set) == 0)
            CPU_OR(all, all, &set);
    return true;
}

bool tree_is_bound(pid_t root, int cpu)
{
    cpu_set_t all;

    return cpu >= 0 && read_processors(root, &all) && CPU_COUNT(&all) == 1 &&
           CPU_ISSET((size_t)cpu, &all);
}

int tree_processors(pid_t root)
{
    cpu_set_t all;

    return read_processors(root, &all) ? CPU_COUNT(&all) : 0;
}
