/* SPDX-License-Identifier: MIT */
#include "common/host_cgroup.h"

#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "common/host_file.h"

/* The words of a mount option list that are controllers; others are options ("rw", "noprefix"). */
static const char *const known_controllers[] = {
    "cpu",     "cpuacct",    "cpuset",  "memory",   "io",      "blkio", "pids", "devices",
    "freezer", "perf_event", "net_cls", "net_prio", "hugetlb", "rdma",  "misc",
};

static bool is_controller(const char *word)
{
    for (size_t i = 0; i < sizeof known_controllers / sizeof *known_controllers; i++)
        if (strcmp(word, known_controllers[i]) == 0)
            return true;
    return false;
}

struct mount {
    char root[HOST_CGROUP_PATH], point[HOST_CGROUP_PATH];
    char type[16], options[256];
};

/* proc(5): a space, tab, newline or backslash in a path stands there as \ooo. */
static void unescape(char *path)
{
    char *to = path;

    for (const char *from = path; *from; to++) {
        if (from[0] == '\\' && from[1] >= '0' && from[1] <= '3' && from[2] && from[3]) {
            *to = (char)((from[1] - '0') * 64 + (from[2] - '0') * 8 + (from[3] - '0'));
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* One line of mountinfo, proc(5): … root, mount point, options, optional fields, "-", type, … */
static bool parse_mount(const char *line, struct mount *mount)
{
    const char *rest = strstr(line, " - ");

    if (!rest || sscanf(line, "%*s %*s %*s %511s %511s", mount->root, mount->point) != 2 ||
        sscanf(rest, " - %15s %*s %255s", mount->type, mount->options) != 2)
        return false;
    unescape(mount->root);
    unescape(mount->point);
    return true;
}

/*
 * This process's group in the tree of controller ("" for version 2), from lines like
 * "4:memory:/path" and "0::/path"; "/" when there is none.
 */
static void own_group(const char *own, const char *controller, char *path, size_t size)
{
    snprintf(path, size, "/");
    for (const char *line = own; *line; line += *line == '\n') {
        const char *list = memchr(line, ':', strcspn(line, "\n"));
        const char *group = list ? memchr(list + 1, ':', strcspn(list + 1, "\n")) : NULL;
        if (group) {
            char names[128];
            snprintf(names, sizeof names, ",%.*s,", (int)(group - list - 1), list + 1);
            char wanted[32];
            snprintf(wanted, sizeof wanted, ",%s,", controller);
            bool ours = *controller ? strstr(names, wanted) != NULL : strcmp(names, ",,") == 0;
            if (ours)
                snprintf(path, size, "%.*s", (int)strcspn(group + 1, "\n"), group + 1);
        }
        line += strcspn(line, "\n");
    }
}

/* Where a group of ours would be made: the mount point, and below it, for a user, his own group. */
static void group_folder(const struct mount *mount, const char *own, const char *controller,
                         bool as_root, char *folder)
{
    char group[HOST_CGROUP_PATH];
    size_t root = strcmp(mount->root, "/") == 0 ? 0 : strlen(mount->root);

    own_group(own, controller, group, sizeof group);
    /* In a container, the mount shows a part of the tree only, and so may the group's path. */
    const char *below = strncmp(group, mount->root, root) == 0 ? group + root : group;
    if (as_root || strcmp(below, "/") == 0 || strstr(below, ".."))
        below = "";
    if ((size_t)snprintf(folder, HOST_CGROUP_PATH, "%s%s", mount->point, below) >= HOST_CGROUP_PATH)
        folder[0] = '\0';
}

/* Enters a controller; a later mount of the same replaces the earlier one. */
static void add_controller(struct host_cgroup *cgroup, const char *name, int version,
                           const char *folder)
{
    struct host_controller *controller = NULL;

    for (size_t i = 0; i < cgroup->count; i++)
        if (strcmp(cgroup->controllers[i].name, name) == 0)
            controller = &cgroup->controllers[i];
    if (!controller && cgroup->count == HOST_CONTROLLERS_MAX)
        return;
    if (!controller)
        controller = &cgroup->controllers[cgroup->count++];
    *controller = (struct host_controller){.version = version};
    snprintf(controller->name, sizeof controller->name, "%s", name);
    snprintf(controller->folder, sizeof controller->folder, "%s", folder);
}

static void add_v1(struct host_cgroup *cgroup, struct mount *mount, const char *own, bool as_root)
{
    char folder[HOST_CGROUP_PATH], *rest = NULL;

    for (char *word = strtok_r(mount->options, ",", &rest); word;
         word = strtok_r(NULL, ",", &rest)) {
        if (!is_controller(word))
            continue;
        group_folder(mount, own, word, as_root, folder);
        add_controller(cgroup, word, 1, folder);
    }
}

static void add_v2(struct host_cgroup *cgroup, const char *folder, const char *controllers)
{
    char words[256], *rest = NULL;

    snprintf(words, sizeof words, "%s", controllers);
    for (char *word = strtok_r(words, " \n", &rest); word; word = strtok_r(NULL, " \n", &rest))
        add_controller(cgroup, word, 2, folder);
}

/* Finds the trees; v2_folder is where groups of version 2 would be made. */
static void find_trees(const char *mountinfo, const char *own, bool as_root,
                       struct host_cgroup *cgroup, char v2_folder[HOST_CGROUP_PATH])
{
    bool v1 = false, v2 = false;

    *cgroup = (struct host_cgroup){0};
    v2_folder[0] = '\0';
    for (const char *line = mountinfo; *line; line += *line == '\n') {
        struct mount mount;
        char text[2048];
        size_t length = strcspn(line, "\n");

        snprintf(text, sizeof text, "%.*s", (int)length, line);
        line += length;
        if (length >= sizeof text || !parse_mount(text, &mount))
            continue;
        if (strcmp(mount.type, "cgroup") == 0) {
            v1 = true;
            add_v1(cgroup, &mount, own, as_root);
        } else if (strcmp(mount.type, "cgroup2") == 0) {
            v2 = true;
            snprintf(cgroup->v2_root, sizeof cgroup->v2_root, "%s", mount.point);
            group_folder(&mount, own, "", as_root, v2_folder);
        }
    }
    cgroup->layout = v1 && v2 ? CGROUP_HYBRID : v1 ? CGROUP_V1 : v2 ? CGROUP_V2 : CGROUP_NONE;
}

void host_cgroup_parse(const char *mountinfo, const char *own, const char *v2_controllers,
                       bool as_root, struct host_cgroup *cgroup)
{
    char v2_folder[HOST_CGROUP_PATH];

    find_trees(mountinfo, own, as_root, cgroup, v2_folder);
    if (*v2_folder)
        add_v2(cgroup, v2_folder, v2_controllers);
}

/* A folder of the right name can be plain tmpfs, and write permission says nothing if read-only. */
static bool is_usable(const struct host_controller *controller)
{
    struct statfs system;
    long magic = controller->version == 2 ? CGROUP2_SUPER_MAGIC : CGROUP_SUPER_MAGIC;

    return statfs(controller->folder, &system) == 0 && (long)system.f_type == magic &&
           access(controller->folder, W_OK | X_OK) == 0;
}

void host_cgroup_read(struct host_cgroup *cgroup)
{
    enum { MOUNTINFO_MAX = 1 << 20 };
    char own[4096], v2_folder[HOST_CGROUP_PATH], path[HOST_CGROUP_PATH + 24], controllers[256];
    char *mountinfo = malloc(MOUNTINFO_MAX);

    *cgroup = (struct host_cgroup){0};
    if (!mountinfo)
        return;
    host_read("/proc/self/mountinfo", mountinfo, MOUNTINFO_MAX);
    host_read("/proc/self/cgroup", own, sizeof own);
    find_trees(mountinfo, own, geteuid() == 0, cgroup, v2_folder);
    free(mountinfo);
    if (*v2_folder) {
        snprintf(path, sizeof path, "%s/cgroup.controllers", v2_folder);
        host_read_line(path, controllers, sizeof controllers);
        add_v2(cgroup, v2_folder, controllers);
    }
    for (size_t i = 0; i < cgroup->count; i++)
        cgroup->controllers[i].usable = is_usable(&cgroup->controllers[i]);
}

const struct host_controller *host_cgroup_controller(const struct host_cgroup *cgroup,
                                                     const char *name)
{
    for (size_t i = 0; i < cgroup->count; i++)
        if (strcmp(cgroup->controllers[i].name, name) == 0)
            return &cgroup->controllers[i];
    return NULL;
}

const char *host_cgroup_layout_id(enum host_cgroup_layout layout)
{
    static const char *const ids[] = {"none", "v1", "v2", "hybrid"};

    return ids[layout];
}
