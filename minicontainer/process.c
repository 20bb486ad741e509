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
 * Into the folder to start in. The path is the container's own by now, and every descriptor of the
 * host is closed, so no /proc/self/fd/N leads out (CVE-2024-21626); getcwd(3) makes sure of it.
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

static int become_user(const struct minicontainer *container, struct error *error)
{
    uint32_t uid = container->config.uid, gid = container->config.gid;

    if (container->ids_mapped && !container->privileged && (uid != 0 || gid != 0))
        return idmap_rename(uid, gid, error);
    if (gid != 0 && syscall(SYS_setresgid, gid, gid, gid) < 0)
        return error_set_errno(error, errno, "cannot become group %u", gid);
    if (uid != 0 && syscall(SYS_setresuid, uid, uid, uid) < 0)
        return error_set_errno(error, errno, "cannot become user %u", uid);
    return 0;
}

int process_become_program(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    int result;

    if (sys_close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot close the descriptors of the host");
    if ((result = lower_rlimits(error)) < 0)
        return result;
    if ((result = capabilities_bound(error)) < 0)
        return result;
    if ((result = become_user(container, error)) < 0)
        return result;
    if ((result = enter_workdir(config->workdir, error)) < 0)
        return result;
    if ((result = capabilities_drop(config->uid == 0, error)) < 0)
        return result;
    if ((result = seccomp_load(error)) < 0)
        return result;
    /* The signals that we had blocked to wait for them are the program's own from here on. */
    sigprocmask(SIG_SETMASK, &container->signals, NULL);
    return program_execute(*container->program ? container->program : NULL, config->argv,
                           (char *const *)container->environment, error);
}
