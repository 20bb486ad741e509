/* SPDX-License-Identifier: MIT */
/*
 * raw-socket: can the host's network traffic be read and forged? Opens a packet socket (packet(7))
 * for no protocol, so that it never receives anything, and closes it. A network namespace has
 * devices of its own: there the socket sees those alone.
 */
#include <sys/socket.h>

#include "bench/probes/probe.h"

int main(void)
{
    if (socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0) < 0)
        return probe_failed("socket(AF_PACKET)");
    return probe_report(VERDICT_ALLOWED, "opened a packet socket");
}
