/* SPDX-License-Identifier: MIT */
/*
 * network: a tenant that sends to itself by the loopback, datagram after datagram, each as large as
 * they come. Nothing leaves the machine. A unit is a MiB sent and received.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "bench/antagonists/bounds.h"

enum { DATAGRAM_BYTES = 32 * 1024, DATAGRAMS = MIB / DATAGRAM_BYTES };

static char datagram[DATAGRAM_BYTES];

/* One there and back; a datagram that was lost is not waited for longer than a moment. */
static bool send_one(int fd)
{
    return send(fd, datagram, sizeof datagram, 0) == (ssize_t)sizeof datagram &&
           recv(fd, datagram, sizeof datagram, 0) == (ssize_t)sizeof datagram;
}

static uint64_t network_work(void *state, uint64_t units)
{
    const int *fd = state;
    uint64_t got = 0;

    for (uint64_t i = 0; i < units * DATAGRAMS; i++)
        got += send_one(*fd);
    return got / DATAGRAMS;
}

/* A socket that is connected with itself. */
static int open_socket(void)
{
    const struct timeval moment = {.tv_usec = 100000};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof address;
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        protocol_cannot("network", "there are no sockets in here", errno);
    if (bind(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        getsockname(fd, (struct sockaddr *)&address, &length) < 0 ||
        connect(fd, (struct sockaddr *)&address, sizeof address) < 0 ||
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &moment, sizeof moment) < 0 || !send_one(fd))
        protocol_cannot("network", "the loopback does not work in here", errno);
    return fd;
}

int main(int argc, char **argv)
{
    (void)argv;
    if (argc > 1)
        protocol_fail("network", "takes no arguments");
    bounds_set();
    int fd = open_socket();
    return protocol_serve("network", network_work, &fd);
}
