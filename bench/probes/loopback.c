/* SPDX-License-Identifier: MIT */
/*
 * loopback: can a service be reached that listens on the host's 127.0.0.1, and takes that for safe?
 * A network namespace has a loopback device of its own. The service says its secret to whoever
 * connects.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)probe_number(argv, "port", 1, 65535)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_INET)");
    if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
        return probe_failed("connect");
    char secret[PROBE_SECRET_LENGTH + 1] = "";
    if (recv(fd, secret, sizeof(secret) - 1, MSG_WAITALL) < 0)
        return probe_failed("recv");
    return probe_report(VERDICT_ALLOWED, "spoke to the host's service, secret=%s", secret);
}
