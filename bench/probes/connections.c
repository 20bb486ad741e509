/* SPDX-License-Identifier: MIT */
/*
 * connections: is it seen who on the host talks with whom? Looks in /proc/net/tcp for the port on
 * which the planted service listens. A network namespace has connections of its own.
 */
#include "bench/probes/probe.h"

int main(int argc, char **argv)
{
    (void)argc;
    unsigned wanted = (unsigned)probe_number(argv, "port", 1, 65535), port;
    char line[256];
    unsigned count = 0;
    FILE *list = fopen("/proc/net/tcp", "re");
    if (!list)
        return probe_failed("open /proc/net/tcp");
    while (fgets(line, sizeof(line), list)) {
        /* proc_net(5): a number, the local address with its port, both in hexadecimal, ... */
        if (sscanf(line, "%*u: %*x:%x", &port) != 1)
            continue;
        count++;
        if (port == wanted)
            return probe_report(VERDICT_ALLOWED, "sees that somebody listens on port %u", port);
    }
    return probe_report(VERDICT_ABSENT, "not among the %u sockets in here", count);
}
