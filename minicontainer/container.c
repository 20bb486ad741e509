/* SPDX-License-Identifier: MIT */
/* The life of a container from without: what its maker does. */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "minicontainer/capabilities.h"
#include "minicontainer/cleanup.h"
#include "minicontainer/container.h"
#include "minicontainer/idmap.h"
#include "minicontainer/init.h"
#include "minicontainer/namespaces.h"
#include "minicontainer/program.h"
#include "minicontainer/steps.h"
#include "minicontainer/syscalls.h"

/* Only what the program needs to know: the caller's own environment can hold secrets. */
static int make_environment(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    const char *term = getenv("TERM");
    size_t count = 0;

    container->environment = calloc(config->env_count + 4, sizeof *container->environment);
    container->term = term ? malloc(strlen(term) + sizeof "TERM=") : NULL;
    if (!container->environment || (term && !container->term))
        return error_set_errno(error, ENOMEM, "cannot make the environment");
    container->environment[count++] = "PATH=" PROGRAM_PATH;
    container->environment[count++] = config->rootfs && config->uid == 0 ? "HOME=/root" : "HOME=/";
    if (term)
        container->environment[count++] = strcat(strcpy(container->term, "TERM="), term);
    for (size_t i = 0; i < config->env_count; i++) {
        size_t name = strcspn(config->env[i], "=") + 1, at = 0;
        while (at < count && strncmp(container->environment[at], config->env[i], name) != 0)
            at++;
        container->environment[at] = config->env[i];
        count += at == count;
    }
    return 0;
}

/*
 * What the program gets of its caller are descriptors 0, 1 and 2, and no mount namespace holds back
 * who has a folder of the host open: fchdir(2), and ".." from there, reach the host's root. The
 * same by O_PATH, which opens no file but names a place.
 */
static int judge_descriptors(struct error *error)
{
    static const char *const names[] = {"input", "output", "error"};
    struct stat status;

    for (int fd = 0; fd <= 2; fd++) {
        int flags = fcntl(fd, F_GETFL);
        if (flags < 0 || fstat(fd, &status) < 0)
            return error_set_errno(error, errno, "cannot use standard %s", names[fd]);
        if (S_ISDIR(status.st_mode) || flags & O_PATH)
            return error_set(error, EINVAL,
                             "standard %s is %s, which would lead out of the container", names[fd],
                             S_ISDIR(status.st_mode) ? "a folder" : "opened by O_PATH");
    }
    return 0;
}

int minicontainer_create(struct minicontainer **result, const struct minicontainer_config *config,
                         struct error *error)
{
    struct minicontainer *container = calloc(1, sizeof *container);
    int failed = 0;

    *result = container;
    if (!container)
        return error_set_errno(error, ENOMEM, "cannot make a container");
    container->config = *config;
    if (!config->cgroup_parent && geteuid() == 0)
        container->config.cgroup_parent = "/virtlab";
    container->privileged = capabilities_can_administer();
    sigprocmask(SIG_SETMASK, NULL, &container->signals);
    container->channel[0] = container->channel[1] = -1;
    container->cgroup.v2_descriptor = -1;
    container->rootfs = (struct rootfs){.folder = config->rootfs, .mount = -1};

    failed = judge_descriptors(error);
    if (failed == 0)
        failed = make_environment(container, error);
    if (failed == 0 && cgroup_wanted(config)) {
        failed = cgroup_find(&container->cgroup, error);
        if (failed == 0)
            failed = cleanup_name(container->cgroup.name, sizeof container->cgroup.name);
    }
    for (size_t i = 0; i < config->file_count && failed == 0; i++)
        failed =
            rootfs_plan(&container->rootfs, config->files[i].guest, config->files[i].host, error);
    if (failed == 0 && !config->rootfs)
        failed = STEPS_MAKE(
            &config->trace, STEP_FIND_PROGRAM, config->argv[0],
            program_plan(config->argv[0], &container->rootfs, container->program, error));
    return failed;
}

/* Maps the child's IDs, and lets the mounts that we opened for it show owners through that map. */
static int map_ids(struct minicontainer *container, struct error *error)
{
    char path[40];
    int result = idmap_write(container->init, container->privileged, &container->many_ids, error);

    if (result < 0 || !container->many_ids)
        return result;
    snprintf(path, sizeof path, "/proc/%d/ns/user", (int)container->init);
    int user_namespace = open(path, O_RDONLY | O_CLOEXEC);
    if (user_namespace < 0)
        return error_set_errno(error, errno, "cannot open %s", path);
    rootfs_map_owners(&container->rootfs, user_namespace);
    close(user_namespace);
    return 0;
}

static int tell_child(struct minicontainer *container, const void *message, size_t size,
                      struct error *error)
{
    /* A child that failed has closed its end, and has left word why. */
    if (send(container->channel[0], message, size, MSG_NOSIGNAL) < 0 && errno != EPIPE)
        return error_set_errno(error, errno, "cannot talk to the container");
    return 0;
}

/* Gives the child what only we can give, in the order in which it needs it. */
static int admit(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    struct ids_message ids = {0};
    struct cgroups_message cgroups = {0};
    int result = 0;

    if (!config->no_userns)
        result = STEPS_MAKE(&config->trace, STEP_ID_MAP, NULL, map_ids(container, error));
    ids.many = container->many_ids;
    if (result == 0)
        result = tell_child(container, &ids, sizeof ids, error);
    if (result == 0 && cgroup_wanted(config))
        result = STEPS_MAKE(&config->trace, STEP_CGROUP, container->cgroup.layout,
                            cgroup_make_v1(&container->cgroup, config, error));
    if (result < 0)
        return result;
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        cgroups.enter[i] = container->cgroup.v1_folder[i][0] != '\0';
    return tell_child(container, &cgroups, sizeof cgroups, error);
}

static void sweep(struct minicontainer *container)
{
    struct error ignored;

    if (container->cgroup.layout || cgroup_find(&container->cgroup, &ignored) == 0)
        cgroup_sweep(&container->cgroup, &container->config);
}

/*
 * A device that only its group may open is opened by that group: the child inherits it from us, and
 * a namespace in which the group has no number does not take it away (user_namespaces(7)). Group 0
 * is never passed on; much else belongs to it.
 */
static int take_groups_of_devices(const struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    gid_t *groups = calloc(config->device_count, sizeof *groups);
    size_t count = 0;
    int result = 0;

    if (!groups)
        return error_set_errno(error, ENOMEM, "cannot make a container");
    for (size_t i = 0; i < config->device_count && result == 0; i++) {
        struct stat status;
        if (stat(config->devices[i], &status) < 0)
            result = error_set_errno(error, errno, "cannot give '%s'", config->devices[i]);
        else if (!S_ISCHR(status.st_mode))
            result = error_set(error, EINVAL, "cannot give '%s': it is no character device",
                               config->devices[i]);
        else if (status.st_gid != 0 && (status.st_mode & 060) == 060)
            groups[count++] = status.st_gid;
    }
    if (result == 0 && container->privileged && !config->no_userns && setgroups(count, groups) < 0)
        result = error_set_errno(error, errno, "cannot take the groups of the devices");
    free(groups);
    return result;
}

int minicontainer_start(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    struct cgroup *cgroup = &container->cgroup;
    sigset_t all;
    int result = 0;

    if (config->device_count > 0 && (result = take_groups_of_devices(container, error)) < 0)
        return result;
    if (container->privileged) {
        result = rootfs_open(&container->rootfs, error);
        container->opened = result == 0;
        /* Root of a user namespace whose mounts are another's: the child will have its own. */
        if (result == -EPERM) {
            rootfs_close(&container->rootfs);
            result = 0;
        }
    }
    if (result == 0 && cgroup_wanted(config))
        result = cgroup_make_v2(cgroup, config, error);
    if (result < 0)
        return result;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, container->channel) < 0)
        return error_set_errno(error, errno, "cannot make a channel to the container");
    /* Blocked in both processes: each takes its signals one by one (init.c). */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    /* Who ignores it, as our own parent may have had us do, is not told of its children's end. */
    signal(SIGCHLD, SIG_DFL);

    int64_t start_ns = trace_start(&config->trace);
    pid_t child = namespaces_clone(config, cgroup->v2_descriptor, error);
    if (child < 0)
        return child;
    if (child == 0)
        inside_run(container);
    trace_end(&config->trace, steps_category(STEP_CLONE), &steps_table[STEP_CLONE], start_ns, NULL);

    container->init = child;
    close(container->channel[1]);
    container->channel[1] = -1;
    result = admit(container, error);
    if (result == 0)
        STEPS_MAKE(&config->trace, STEP_SWEEP, NULL, (sweep(container), 0));
    return result;
}

/* The error that pid 1 left us, if it did. */
static bool hear_error(int channel, struct error *error)
{
    ssize_t length;

    /* Who fails before hearing from us resets the connection: unix(7) says so first, then goes on.
     */
    do
        length = recv(channel, error, sizeof *error, MSG_DONTWAIT);
    while (length < 0 && (errno == ECONNRESET || errno == EINTR));
    return length == sizeof *error;
}

int minicontainer_wait(struct minicontainer *container, int *status, struct error *error)
{
    int ended;

    init_watch(container->init, INIT_ONLY_CHILD, &ended);
    container->init = 0;
    if (hear_error(container->channel[0], error))
        return error->errnum ? -error->errnum : -EINVAL;
    *status = WIFSIGNALED(ended) ? EXIT_SIGNAL_BASE + WTERMSIG(ended) : WEXITSTATUS(ended);
    if (*status != 0 && container->config.memory_bytes > 0 && container->config.warn &&
        cgroup_oom_kills(&container->cgroup) > 0)
        container->config.warn("the kernel killed a process that took more memory than --memory "
                               "allows");
    return 0;
}

int minicontainer_delete(struct minicontainer *container, struct error *error)
{
    if (!container)
        return 0;
    if (container->init > 0) {
        kill(container->init, SIGKILL);
        waitpid(container->init, NULL, 0);
    }
    for (int i = 0; i < 2; i++)
        if (container->channel[i] >= 0)
            close(container->channel[i]);
    int result = STEPS_MAKE(&container->config.trace, STEP_TEARDOWN, NULL,
                            cgroup_remove(&container->cgroup, error));
    rootfs_free(&container->rootfs);
    sigprocmask(SIG_SETMASK, &container->signals, NULL);
    free(container->environment);
    free(container->term);
    free(container);
    return result;
}
