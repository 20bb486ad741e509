/* SPDX-License-Identifier: MIT */
#include "minicontainer/process.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minicontainer/capabilities.h"
#include "minicontainer/idmap.h"
#include "minicontainer/program.h"
#include "minicontainer/seccomp.h"
#include "minicontainer/steps.h"
#include "minicontainer/syscalls.h"

/*
 * Ceilings for one process that the cgroup has no controller for. Only ever lowered: raising needs
 * CAP_SYS_RESOURCE on the host, and what the caller may not have, the container may not either.
 */
static const struct {
    int resource;
    rlim_t most;
} rlimits[] = {
    {RLIMIT_CORE,     0        }, /* a core dump is written by the host's kernel.core_pattern */
    {RLIMIT_NOFILE,   1 << 20  }, /* the kernel's memory for open files */
    {RLIMIT_MEMLOCK,  8 << 20  }, /* memory that cannot be swapped */
    {RLIMIT_MSGQUEUE, 800 << 10},
};

static int lower_rlimits(struct error *error)
{
    for (size_t i = 0; i < sizeof rlimits / sizeof *rlimits; i++) {
        struct rlimit now, wanted;
        if (getrlimit(rlimits[i].resource, &now) < 0)
            return error_set_errno(error, errno, "cannot read a resource limit");
        wanted.rlim_cur = now.rlim_cur < rlimits[i].most ? now.rlim_cur : rlimits[i].most;
        wanted.rlim_max = now.rlim_max < rlimits[i].most ? now.rlim_max : rlimits[i].most;
        if (wanted.rlim_cur == now.rlim_cur && wanted.rlim_max == now.rlim_max)
            continue;
        if (setrlimit(rlimits[i].resource, &wanted) < 0)
            return error_set_errno(error, errno, "cannot lower a resource limit");
    }
    return 0;
}

/*
 * Into the folder to start in. The path is the container's own by now, and of the host's
 * descriptors only 0 to 2 are left, which minicontainer_create() has found to be no folders; so no
 * /proc/self/fd/N leads out (CVE-2024-21626), and getcwd(3) makes sure of it.
 */
static int enter_workdir(const char *workdir, struct error *error)
{
    char path[PATH_MAX];

    if (chdir(workdir ? workdir : "/") < 0)
        return error_set_errno(error, errno, "cannot change to the folder '%s'", workdir);
    if (!getcwd(path, sizeof path) || *path != '/')
        return error_set(error, ENOENT, "the folder '%s' is outside the container", workdir);
    return 0;
}

/* Where only root is mapped, another user is root by another name, in a namespace of its own. */
static int rename_user(const struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;

    if (config->no_userns || container->many_ids || (config->uid == 0 && config->gid == 0))
        return 0;
    return idmap_rename(config->uid, config->gid, error);
}

static int become_user(const struct minicontainer_config *config, struct error *error)
{
    if (syscall(SYS_setresgid, config->gid, config->gid, config->gid) < 0)
        return error_set_errno(error, errno, "cannot become group %u", config->gid);
    if (syscall(SYS_setresuid, config->uid, config->uid, config->uid) < 0)
        return error_set_errno(error, errno, "cannot become user %u", config->uid);
    return 0;
}

int process_become_program(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    const struct trace *trace = &config->trace;
    int result = 0;

    if (STEPS_MAKE(trace, STEP_DESCRIPTORS, NULL, sys_close_range(3, ~0U, 0)) < 0)
        return error_set_errno(error, errno, "cannot close the descriptors of the host");
    result = STEPS_MAKE(trace, STEP_RLIMITS, NULL, lower_rlimits(error));
    /* A new user namespace, with all capabilities anew: before they are bounded. */
    if (result == 0)
        result = rename_user(container, error);
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_BOUND, NULL, capabilities_bound(error));
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_USER, NULL, become_user(config, error));
    if (result == 0)
        result =
            STEPS_MAKE(trace, STEP_WORKDIR, config->workdir, enter_workdir(config->workdir, error));
    if (result == 0)
        result =
            STEPS_MAKE(trace, STEP_CAPABILITIES, NULL, capabilities_drop(config->uid == 0, error));
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_SECCOMP, NULL, seccomp_load(config->nested, error));
    if (result < 0)
        return result;
    /* The signals that we had blocked to wait for them are the program's own from here on. */
    sigprocmask(SIG_SETMASK, &container->signals, NULL);
    return program_execute(*container->program ? container->program : NULL, config->argv,
                           (char *const *)container->environment, error);
}
