/* SPDX-License-Identifier: MIT */
/*
 * socket-file: can a service of the host be reached by a socket in the file system (unix(7))? So
 * are the sockets of container engines and of init made, and who may speak to those is root. The
 * planted service says its secret to whoever connects.
 */
#include <sys/socket.h>
#include <sys/un.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int length = snprintf(address.sun_path, sizeof(address.sun_path), "%s/socket",
                          probe_argument(argv, "dir"));
    if (length >= (int)sizeof(address.sun_path)) {
        fprintf(stderr, "probe: dir is too long for the name of a socket\n");
        return EXIT_TOOL_FAILED;
    }
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_UNIX)");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return probe_failed("connect");
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    if (recv(fd, secret, sizeof(secret) - 1, MSG_WAITALL) < 0)
        return probe_failed("recv");
    return probe_report(VERDICT_ALLOWED, "spoke to the host's service, secret=%s", secret);
}
