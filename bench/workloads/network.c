/* SPDX-License-Identifier: MIT */
/*
 * network: how long does one byte need to another process and back, over TCP on the box's own
 * loopback?
 *
 * One iteration is one byte there and back, with Nagle's algorithm off (TCP_NODELAY). Nothing
 * leaves the box: what is measured is its kernel's network stack, and the two switches between the
 * processes (`switch`), on one processor.
 *
 * What it does not answer: a way out of the box (bridges, virtual cards), or throughput.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "bench/workloads/child.h"

#define NAME "network"

static void no_network(const char *why)
{
    protocol_cannot(NAME, why, errno);
}

static void send_at_once(int fd)
{
    int on = 1;
    if (setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) < 0)
        no_network("there is no TCP in here");
}

/* Two ends of one connection. The kernel completes it from a backlog: no second process is needed.
 */
static void connect_both(int ends[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *generic = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    ends[0] = listener < 0 ? -1 : socket(AF_INET, SOCK_STREAM, 0);
    if (ends[0] < 0)
        no_network("there are no sockets in here");
    if (bind(listener, generic, length) < 0 || listen(listener, 1) < 0 ||
        getsockname(listener, generic, &length) < 0 || connect(ends[0], generic, length) < 0 ||
        (ends[1] = accept(listener, NULL, NULL)) < 0)
        no_network("the loopback does not work in here");
    close(listener);
    send_at_once(ends[0]);
    send_at_once(ends[1]);
}

static uint64_t network_work(void *state, uint64_t iterations)
{
    const int *ends = state;
    return child_round_trips(NAME, ends[0], ends[0], iterations);
}

int main(int argc, char **argv)
{
    int ends[2];

    (void)argv;
    if (argc > 1)
        protocol_fail(NAME, "takes no arguments");
    connect_both(ends);
    if (child_fork(NAME) == 0) {
        close(ends[0]);
        child_return_bytes(ends[1], ends[1]);
    }
    close(ends[1]);
    return protocol_serve(NAME, network_work, ends);
}
