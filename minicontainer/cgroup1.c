/* SPDX-License-Identifier: MIT */
/* Version 1 cgroups: a folder in each controller's hierarchy (cgroup-v1/ of the kernel's docs). */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "minicontainer/cgroup.h"
#include "minicontainer/files.h"

/* The sum with swap may not be less than without, so the order matters. */
static int set_limits(const char *folder, const struct minicontainer_config *config,
                      enum cgroup_controller which)
{
    /* clang-format off */
    const struct cgroup_setting settings[CGROUP_CONTROLLERS][CGROUP_SETTINGS] = {
        [CGROUP_MEMORY] = {
            {"memory.limit_in_bytes", config->memory_bytes},
            {"memory.memsw.limit_in_bytes", config->memory_bytes, .optional = true},
        },
        [CGROUP_CPU] = {{"cpu.cfs_quota_us", cgroup_quota_us(config->cpu_millis)}},
        [CGROUP_PIDS] = {{"pids.max", cgroup_pids(config->pids)}},
    };
    /* clang-format on */
    return cgroup_write_settings(folder, settings[which]);
}

int cgroup_name_v1(struct cgroup *cgroup, const struct minicontainer_config *config,
                   enum cgroup_controller which)
{
    const struct cgroup_mount *mount = &cgroup->v1[which];
    const char *below = config->cgroup_parent ? config->cgroup_parent : cgroup_own(mount);

    return cgroup_folder(cgroup->v1_folder[which], mount, below, cgroup->name);
}

static int make_one(struct cgroup *cgroup, const struct minicontainer_config *config,
                    enum cgroup_controller which, struct error *error)
{
    const struct cgroup_mount *mount = &cgroup->v1[which];
    char *folder = cgroup->v1_folder[which];

    if (cgroup_name_v1(cgroup, config, which) < 0) {
        folder[0] = '\0';
        return cgroup_refused(config, which, ENAMETOOLONG, "make a cgroup", error);
    }
    int result = cgroup_make_folder(mount, folder);
    /* The name is ours alone: if it is there, two controllers share this hierarchy. */
    if (result < 0 && result != -EEXIST) {
        folder[0] = '\0';
        return cgroup_refused(config, which, -result, "make a cgroup", error);
    }
    result = set_limits(folder, config, which);
    if (result < 0)
        return cgroup_refused(config, which, -result, "set the limit", error);
    return 0;
}

int cgroup_make_v1(struct cgroup *cgroup, const struct minicontainer_config *config,
                   struct error *error)
{
    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        int result = 0;
        if (!cgroup_limit_asked(config, (enum cgroup_controller)i))
            continue;
        if (cgroup->v1[i].point[0])
            result = make_one(cgroup, config, (enum cgroup_controller)i, error);
        else if (!cgroup->v2.has[i])
            result = cgroup_refused(config, (enum cgroup_controller)i, ENODEV, "", error);
        if (result < 0)
            return result;
    }
    return 0;
}

int cgroup_enter(const struct cgroup *cgroup, struct error *error)
{
    char path[PATH_MAX + 8];

    for (int i = 0; i < CGROUP_CONTROLLERS; i++) {
        if (!cgroup->v1_folder[i][0])
            continue;
        /*
         * "0" into `tasks` means the one thread that writes. Any other way (a process ID, or
         * `cgroup.procs`) moves a whole process, for which the kernel first stops every fork on the
         * machine: it waits for an RCU grace period, some ten milliseconds
         * (cgroup_procs_write_start() in kernel/cgroup/cgroup.c).
         */
        snprintf(path, sizeof path, "%s/tasks", cgroup->v1_folder[i]);
        int result = files_write(AT_FDCWD, path, "0");
        if (result < 0)
            return error_set_errno(error, -result, "cannot enter the cgroup %s",
                                   cgroup->v1_folder[i]);
    }
    return 0;
}
