/* SPDX-License-Identifier: MIT */
/*
 * unix-socket: can a service of the host be reached by an abstract socket (unix(7))? Its name is
 * in no file system, so a root folder of one's own hides it from nobody: only a network namespace
 * does. The service says its secret to whoever connects.
 */
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    /* The first byte of an abstract name is 0. */
    int length = snprintf(address.sun_path + 1, sizeof(address.sun_path) - 1, "virtlab-%s",
                          probe_argument(argv, "cookie"));
    socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)length);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_UNIX)");
    if (connect(fd, (struct sockaddr *)&address, size) < 0)
        return probe_failed("connect");
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    if (recv(fd, secret, sizeof(secret) - 1, MSG_WAITALL) < 0)
        return probe_failed("recv");
    return probe_report(VERDICT_ALLOWED, "spoke to the host's service, secret=%s", secret);
}
