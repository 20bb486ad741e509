/* SPDX-License-Identifier: MIT */
/* Version 2 cgroups: one folder for all controllers (admin-guide/cgroup-v2 of the kernel's docs).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "minicontainer/cgroup.h"
#include "minicontainer/files.h"

static int set_limits(const char *folder, const struct minicontainer_config *config,
                      enum cgroup_controller which)
{
    /* clang-format off */
    const struct cgroup_setting settings[CGROUP_CONTROLLERS][CGROUP_SETTINGS] = {
        [CGROUP_MEMORY] = {
            {"memory.max", config->memory_bytes},
            {"memory.swap.max", 0, .optional = true},
        },
        [CGROUP_CPU] = {{"cpu.max", cgroup_quota_us(config->cpu_millis)}},
        [CGROUP_PIDS] = {{"pids.max", cgroup_pids(config->pids)}},
    };
    /* clang-format on */
    return cgroup_write_settings(folder, settings[which]);
}

static bool on_v2(const struct cgroup *cgroup, const struct minicontainer_config *config, int which)
{
    return cgroup_limit_asked(config, (enum cgroup_controller)which) &&
           !cgroup->v1[which].point[0] && cgroup->v2.has[which];
}

/*
 * A controller is there in a cgroup only if each one above it hands it down. From the mount point
 * to the parent of folder: ask each to do so. One that refuses may have done it before, so it is
 * the limits' files, in the end, that tell.
 */
static void hand_down(const struct cgroup *cgroup, const struct minicontainer_config *config,
                      const char *folder)
{
    char path[PATH_MAX + 32];
    size_t length = strlen(cgroup->v2.point);

    for (const char *slash = folder + length; slash; slash = strchr(slash + 1, '/'))
        for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
            char text[32];
            if (!on_v2(cgroup, config, i))
                continue;
            snprintf(path, sizeof path, "%.*s/cgroup.subtree_control", (int)(slash - folder),
                     folder);
            snprintf(text, sizeof text, "+%s", cgroup_controller_names[i]);
            files_write(AT_FDCWD, path, text);
        }
}

/*
 * A cgroup with processes in it cannot hand down memory, and would become a "threaded" one by
 * handing down cpu or pids, in which no container can be (cgroups(7), "Threaded cgroups").
 */
static bool has_processes(const struct cgroup_mount *mount, const char *below)
{
    char path[PATH_MAX], text[16];

    if (!*below)
        return false; /* the root is exempt */
    int length = snprintf(path, sizeof path, "%s%s/cgroup.procs", mount->point, below);
    if (length >= (int)sizeof path)
        return false;
    int got = files_read(AT_FDCWD, path, text, sizeof text);
    return got > 0 || got == -EFBIG;
}

/* Makes the cgroup below this parent with all its limits. Returns 0 or a negative errno. */
static int try_parent(struct cgroup *cgroup, const struct minicontainer_config *config,
                      const char *below, int *which)
{
    char *folder = cgroup->v2_folder;
    int result = cgroup_folder(folder, &cgroup->v2, below, cgroup->name);

    *which = 0;
    while (*which < CGROUP_CONTROLLERS - 1 && !on_v2(cgroup, config, *which))
        ++*which;
    if (result == 0 && has_processes(&cgroup->v2, below))
        result = -EBUSY;
    if (result == 0)
        result = cgroup_make_folder(&cgroup->v2, folder);
    if (result < 0) {
        folder[0] = '\0';
        return result;
    }
    hand_down(cgroup, config, folder);
    for (int i = 0; i < CGROUP_CONTROLLERS && result == 0; i++) {
        if (!on_v2(cgroup, config, i))
            continue;
        *which = i;
        result = set_limits(folder, config, (enum cgroup_controller)i);
    }
    if (result < 0) {
        rmdir(folder);
        folder[0] = '\0';
    }
    return result;
}

/*
 * For an ordinary user: the nearest cgroup above our own that has been given to us whole. Our own
 * has us in it.
 */
static int try_delegated(struct cgroup *cgroup, const struct minicontainer_config *config,
                         int *which)
{
    char below[sizeof cgroup->v2.own];
    int result;

    strcpy(below, cgroup_own(&cgroup->v2));
    do {
        char *slash = strrchr(below, '/');
        if (slash)
            *slash = '\0';
        result = try_parent(cgroup, config, below, which);
    } while (result < 0 && *below);
    return result;
}

int cgroup_make_v2(struct cgroup *cgroup, const struct minicontainer_config *config,
                   struct error *error)
{
    int which = 0, result;
    bool asked = false;

    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        asked |= on_v2(cgroup, config, i);
    if (!asked)
        return 0;
    if (!config->cgroup_parent)
        result = try_delegated(cgroup, config, &which);
    else
        result = try_parent(cgroup, config, config->cgroup_parent, &which);
    if (result == 0) {
        cgroup->v2_descriptor = open(cgroup->v2_folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (cgroup->v2_descriptor < 0)
            result = -errno;
    }
    if (result < 0)
        return cgroup_refused(config, (enum cgroup_controller)which, -result,
                              "make a cgroup with this limit", error);
    return 0;
}
