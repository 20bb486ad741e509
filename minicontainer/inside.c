/* SPDX-License-Identifier: MIT */
/* The life of a container from within: from clone to exec in one process, from there on as pid 1.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "minicontainer/container.h"
#include "minicontainer/idmap.h"
#include "minicontainer/init.h"
#include "minicontainer/namespaces.h"
#include "minicontainer/process.h"
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

static int wait_for_maker(int channel, struct error *error)
{
    char go;
    ssize_t got;

    do
        got = recv(channel, &go, sizeof go, 0);
    while (got < 0 && errno == EINTR);
    if (got == 0)
        _exit(EXIT_FAILURE);
    return got < 0 ? error_set_errno(error, errno, "cannot hear from the container's maker") : 0;
}

/* Everything that is made once for the container; what is the program's alone follows later. */
static int furnish(struct minicontainer *container, struct error *error)
{
    const struct minicontainer_config *config = &container->config;
    const char *hostname = config->hostname ? config->hostname : "minicontainer";
    int channel = container->channel[1];
    int result;

    umask(022);
    if ((result = die_with_maker(channel, error)) < 0)
        return result;
    if (config->net == MINICONTAINER_NET_NONE && (result = namespaces_make_network(error)) < 0)
        return result;
    if ((result = wait_for_maker(channel, error)) < 0)
        return result;
    if ((result = cgroup_enter(&container->cgroup, error)) < 0)
        return result;
    if ((result = namespaces_hide_cgroups(error)) < 0)
        return result;
    if (config->new_time && (result = namespaces_restart_time(error)) < 0)
        return result;
    if (container->ids_mapped && (result = idmap_become_root(container->privileged, error)) < 0)
        return result;
    if ((result = die_with_maker(channel, error)) < 0)
        return result;
    if (sethostname(hostname, strlen(hostname)) < 0)
        return error_set_errno(error, errno, "cannot set the host name '%s'", hostname);
    return rootfs_enter(&container->rootfs, config, container->ids_mapped, container->privileged,
                        error);
}

/*
 * vfork(2): the child uses our memory while we stand still, until it has executed the program or
 * exited. That spares a copy of the page tables, and an error that it meets stands in our own
 * memory afterwards.
 */
static pid_t __attribute__((noinline))
start_program(struct minicontainer *container, struct error *error)
{
    pid_t program = vfork();

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
    struct error error = {0};
    int channel = container->channel[1];
    int status = 0;

    close(container->channel[0]);
    if (furnish(container, &error) == 0) {
        pid_t program = start_program(container, &error);
        if (!error.exit_status) {
            /* Nothing of the host stays open in pid 1, which the program could look at. */
            sys_close_range(0, ~0U, 0);
            if (container->config.arguments)
                memset(container->config.arguments, 0, container->config.arguments_size);
            status = init_run(program);
        }
    }
    if (error.exit_status)
        send(channel, &error, sizeof error, MSG_NOSIGNAL);
    _exit(status);
}
