/* SPDX-License-Identifier: MIT */
/* The life of a container from within: from clone to exec in one process, from there on as pid 1.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "minicontainer/capabilities.h"
#include "minicontainer/container.h"
#include "minicontainer/idmap.h"
#include "minicontainer/init.h"
#include "minicontainer/namespaces.h"
#include "minicontainer/process.h"
#include "minicontainer/steps.h"
#include "minicontainer/syscalls.h"

/*
 * Die with the maker, whenever it dies. The kernel forgets this at every change of credentials, so
 * it is said again after the last; and who died before it was said shows as a closed channel.
 */
static int die_with_maker(int channel, struct error *error)
{
    struct pollfd maker = {.fd = channel, .events = 0};

    if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
        return error_set_errno(error, errno, "cannot bind the container to its maker");
    if (poll(&maker, 1, 0) == 1 && (maker.revents & POLLHUP))
        _exit(EXIT_FAILURE);
    return 0;
}

/* Takes the maker's next message, of this size. */
static int hear_maker(int channel, void *message, size_t size, struct error *error)
{
    ssize_t got;

    do
        got = recv(channel, message, size, 0);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        _exit(EXIT_FAILURE);
    if (got != (ssize_t)size)
        return error_set_errno(error, got < 0 ? errno : EPROTO,
                               "cannot hear from the container's maker");
    return 0;
}

static int become_root(struct minicontainer *container, struct error *error)
{
    if (container->config.no_userns)
        return 0;
    return STEPS_MAKE(
        &container->config.trace, STEP_BECOME_ROOT, NULL,
        idmap_become_root(container->many_ids, container->config.device_count > 0, error));
}

/*
 * The network namespace takes as long as all else together, and needs nothing of it. So a thread
 * builds the root meanwhile; it shares our mounts and ends before anything hostile is there.
 */
struct builder {
    struct minicontainer *container;
    struct error error;
};

static void *build_root(void *argument)
{
    struct builder *builder = argument;
    struct minicontainer *container = builder->container;
    struct error *error = &builder->error;
    struct ids_message ids;
    int result = hear_maker(container->channel[1], &ids, sizeof ids, error);

    if (result < 0)
        return builder;
    container->many_ids = ids.many;
    /* Credentials are a thread's own (nptl(7)): the other's change does not help this one. */
    if (become_root(container, error) < 0)
        return builder;
    rootfs_build(&container->rootfs, &container->config, container->opened,
                 container->config.no_userns || ids.many, error);
    return builder;
}

static int make_network_and_root(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    struct builder builder = {.container = container};
    pthread_t thread;
    int result = 0;

    int errnum = pthread_create(&thread, NULL, build_root, &builder);
    if (errnum)
        return error_set_errno(error, errnum, "cannot start a thread");
    if (config->net == MINICONTAINER_NET_NONE)
        result = STEPS_MAKE(&config->trace, STEP_NETWORK, NULL, namespaces_make_network(error));
    pthread_join(thread, NULL);
    if (result == 0 && builder.error.exit_status) {
        *error = builder.error;
        result = -EIO;
    }
    return result;
}

/* The maker has made them meanwhile. We go in ourselves, while we still are who we were. */
static int enter_cgroups(struct minicontainer *container, struct error *error)
{
    const struct trace *trace = &container->config.trace;
    struct cgroups_message cgroups;
    int result = hear_maker(container->channel[1], &cgroups, sizeof cgroups, error);

    if (result < 0)
        return result;
    for (int i = 0; i < CGROUP_CONTROLLERS; i++)
        if (cgroups.enter[i])
            cgroup_name_v1(&container->cgroup, &container->config, (enum cgroup_controller)i);
    result = STEPS_MAKE(trace, STEP_ENTER_CGROUP, NULL, cgroup_enter(&container->cgroup, error));
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_CGROUP_NAMESPACE, NULL, namespaces_hide_cgroups(error));
    return result;
}

/* Everything that is made once for the container; what is the program's alone follows later. */
static int furnish(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    const struct trace *trace = &config->trace;
    const char *hostname = config->hostname ? config->hostname : "minicontainer";
    int channel = container->channel[1];
    int result;

    umask(022);
    if (config->arguments)
        memset(config->arguments, 0, config->arguments_size);
    result = STEPS_MAKE(trace, STEP_DEATH_SIGNAL, NULL, die_with_maker(channel, error));
    if (result == 0 && config->new_time)
        result = STEPS_MAKE(trace, STEP_TIME, NULL, namespaces_restart_time(error));
    if (result == 0)
        result = make_network_and_root(container, error);
    if (result == 0)
        result = enter_cgroups(container, error);
    if (result == 0)
        result = become_root(container, error);
    if (result == 0)
        result = STEPS_MAKE(trace, STEP_DEATH_SIGNAL, "again", die_with_maker(channel, error));
    if (result < 0)
        return result;
    if (STEPS_MAKE(trace, STEP_HOSTNAME, hostname, sethostname(hostname, strlen(hostname))) < 0)
        return error_set_errno(error, errno, "cannot set the host name '%s'", hostname);
    result = rootfs_enter(&container->rootfs, config, error);
    /*
     * Pid 1 stays in sight of the program, and is still the host's tool: nobody may trace it, read
     * its memory, or reach the host's file behind /proc/1/exe (CVE-2019-5736).
     */
    if (result == 0 && prctl(PR_SET_DUMPABLE, 0) < 0)
        result = error_set_errno(error, errno, "cannot make pid 1 undumpable");
    return result;
}

/*
 * vfork(2): the child uses our memory while we stand still, until it has executed the program or
 * exited. That spares a copy of the page tables, and an error that it meets stands in our own
 * memory afterwards.
 */
static pid_t __attribute__((noinline))
start_program(struct minicontainer *container, struct error *error)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    volatile int tries = 0; /* not in a register, which the child would share and change */
    pid_t program;

    /* The place of the thread that built the root counts a little longer than pthread_join(). */
    for (; (program = vfork()) < 0 && errno == EAGAIN && tries < 100; tries++)
        nanosleep(&pause, NULL);
    if (program == 0) {
        process_become_program(container, error);
        _exit(EXIT_FAILURE);
    }
    if (program < 0)
        error_set_errno(error, errno, "cannot fork the program's process");
    return program;
}

_Noreturn void inside_run(struct minicontainer *container)
{
    const struct minicontainer_config *config = &container->config;
    struct error error = {0};
    int channel = container->channel[1];
    int status = 0;

    close(container->channel[0]);
    if (furnish(container, &error) == 0) {
        pid_t program = STEPS_MAKE(&config->trace, STEP_EXEC, config->argv[0],
                                   start_program(container, &error));
        if (!error.exit_status)
            capabilities_drop_to_kill(&error);
        if (!error.exit_status) {
            sys_close_range(3, ~0U, 0);
            status = STEPS_MAKE(&config->trace, STEP_RUN, NULL, init_run(program));
        }
    }
    if (error.exit_status) {
        send(channel, &error, sizeof error, MSG_NOSIGNAL);
        status = error.exit_status;
    }
    _exit(status);
}
