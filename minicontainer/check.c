/* SPDX-License-Identifier: MIT */
/* What can be done here is found out by doing it: the kernel has too many switches to ask after. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "minicontainer/cgroup.h"
#include "minicontainer/minicontainer.h"

/* Makes a container of the program; true if the program ended with 0. */
static bool try_container(const struct minicontainer_config *config, struct error *error)
{
    struct minicontainer *container = NULL;
    struct error ignored;
    int status = 0;
    int result = minicontainer_create(&container, config, error);

    if (result == 0)
        result = minicontainer_start(container, error);
    if (result == 0)
        result = minicontainer_wait(container, &status, error);
    minicontainer_delete(container, &ignored);
    if (result == 0 && status != 0)
        result = error_set(error, EIO, "the program in the container ended with %d", status);
    return result == 0;
}

int minicontainer_check(const char *program, struct minicontainer_ability *ability,
                        struct error *error)
{
    char *const argv[] = {(char *)program, (char *)MINICONTAINER_CHECK_ARGUMENT, NULL};
    struct minicontainer_config config = {.argv = argv, .strict = true};
    struct cgroup cgroup = {.v2_descriptor = -1};
    struct error reason = {0};

    *ability = (struct minicontainer_ability){0};
    int result = cgroup_find(&cgroup, error);
    if (result < 0)
        return result;
    ability->cgroups = cgroup.layout;

    ability->userns = try_container(&config, &reason);
    config.no_userns = !ability->userns;
    ability->container = ability->userns || try_container(&config, &(struct error){0});
    if (!ability->userns)
        snprintf(ability->reason, sizeof ability->reason, "%s", reason.text);
    if (!ability->container)
        return 0;

    const struct minicontainer_config plain = config;
    bool *const limits[] = {&ability->memory, &ability->cpu, &ability->pids};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        config = plain;
        config.memory_bytes = i == 0 ? UINT64_C(64) << 20 : 0;
        config.cpu_millis = i == 1 ? 1000 : 0;
        config.pids = i == 2 ? 16 : 0;
        *limits[i] = try_container(&config, &reason);
        if (!*limits[i] && !ability->reason[0])
            snprintf(ability->reason, sizeof ability->reason, "%s", reason.text);
    }
    return 0;
}
