/* SPDX-License-Identifier: MIT */
/*
 * low-port: can one pose as one of the host's services, on a port below 1024? Takes port 1 of
 * 127.0.0.1, which nothing uses, does not listen on it, and gives it back (ip(7)). In a network
 * namespace the port is the box's own.
 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/probes/probe.h"

int main(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(1),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return probe_failed("socket(AF_INET)");
    if (bind(fd, (struct sockaddr *)&address, sizeof(address)) < 0 && errno != EADDRINUSE)
        return probe_failed("bind");
    close(fd);
    return probe_report(VERDICT_ALLOWED, "may take ports below 1024");
}
