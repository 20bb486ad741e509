/* SPDX-License-Identifier: MIT */
/* Starting the network of user space, and ending it. */
#include "minivmm/devices/network.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/paths.h"
#include "minivmm/devices/forward.h"

enum {
    SOCKET_FD = 3, /* in the new process, behind its standard descriptors */
    FORWARDS_MAX = 64,
    PATIENCE_MS = 1000,
};

/* argv of the new process. */
struct command {
    char path[PATHS_MAX];
    const char *argv[FORWARDS_MAX + 3];
};

static int make_command(struct command *command, const char *const *forwards, struct error *error)
{
    struct paths paths;
    struct forward forward;
    size_t count = 0;
    int result = paths_find(&paths, error);

    if (result == 0)
        result = paths_join(command->path, paths.libexec, "minivmm-network", error);
    if (result < 0)
        return result;
    if (access(command->path, X_OK) < 0)
        return error_set_errno(error, errno,
                               "there is no network of user space (`make` builds it): %s",
                               command->path);
    command->argv[count++] = "minivmm-network";
    command->argv[count++] = "3"; /* SOCKET_FD */
    for (size_t i = 0; forwards && forwards[i]; i++) {
        if (i == FORWARDS_MAX)
            return error_set(error, E2BIG, "more than %d ports to forward", FORWARDS_MAX);
        result = forward_parse(&forward, forwards[i], error);
        if (result < 0)
            return result;
        command->argv[count++] = forwards[i];
    }
    command->argv[count] = NULL;
    return 0;
}

/* In the new process: a failure is said as minivmm-network itself says it. */
_Noreturn static void become_network(const struct command *command, int fd, pid_t parent)
{
    static char *const environment[] = {NULL};
    char sentence[PATHS_MAX + 128];

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before the line above */
        _exit(1);
    /* dup2(2) makes a copy that stays open over exec, but not where both are the same. */
    if (fd == SOCKET_FD ? fcntl(fd, F_SETFD, 0) == 0 : dup2(fd, SOCKET_FD) == SOCKET_FD)
        execve(command->path, (char *const *)command->argv, environment);
    int length = snprintf(sentence, sizeof sentence, "cannot execute %s: %s", command->path,
                          strerror(errno));
    if (send(fd, sentence, (size_t)length, MSG_NOSIGNAL) < 0) {
    } /* then the end of the socket says enough */
    _exit(1);
}

static int wait_until_ready(const struct network *network, struct error *error)
{
    char sentence[512];
    struct pollfd waiting = {.fd = network->fd, .events = POLLIN};

    while (poll(&waiting, 1, -1) < 0 && errno == EINTR) {
    }
    ssize_t length = recv(network->fd, sentence, sizeof sentence - 1, 0);
    if (length <= 0)
        return error_set(error, EPIPE, "the network of user space (minivmm-network) ended at once");
    sentence[length] = '\0';
    if (sentence[0] != NETWORK_READY)
        return error_set(error, EIO, "the network of user space: %s", sentence);
    return 0;
}

int network_start(struct network *network, const char *const *forwards, struct error *error)
{
    struct command command;
    int sockets[2];

    *network = (struct network){.fd = -1};
    int result = make_command(&command, forwards, error);
    if (result < 0)
        return result;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, sockets) < 0)
        return error_set_errno(error, errno, "cannot make a socket for the network of user space");
    pid_t parent = getpid();
    network->pid = fork();
    if (network->pid == 0)
        become_network(&command, sockets[1], parent);
    int errnum = errno;
    close(sockets[1]);
    network->fd = sockets[0];
    if (network->pid < 0) {
        close(network->fd);
        *network = (struct network){.fd = -1};
        return error_set_errno(error, errnum, "cannot start the network of user space");
    }
    network->child = (int)syscall(SYS_pidfd_open, network->pid, 0);
    result = wait_until_ready(network, error);
    if (result < 0)
        network_stop(network);
    return result;
}

void network_stop(struct network *network)
{
    if (network->pid == 0)
        return;
    if (network->fd >= 0)
        close(network->fd);
    if (network->child >= 0) {
        struct pollfd waiting = {.fd = network->child, .events = POLLIN};
        poll(&waiting, 1, PATIENCE_MS);
        close(network->child);
    }
    waitpid(network->pid, NULL, WNOHANG);
    *network = (struct network){.fd = -1};
}
