/* SPDX-License-Identifier: MIT */
/*
 * The network of user space: a process of its own, minivmm-network, with a small TCP/IP stack
 * (libslirp) that gives the guest an address by DHCP, names by DNS, and the host's own connections
 * by NAT, all without root. It sees Ethernet frames on a socket and nothing else of the machine.
 */
#ifndef MINIVMM_NETWORK_H
#define MINIVMM_NETWORK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct network {
    int fd;    /* non-blocking SOCK_SEQPACKET, one frame for each message; -1: taken or closed */
    pid_t pid; /* its process; 0: none */
};

/*
 * Start it, before the sandbox. forwards: "tcp:HOSTPORT:GUESTPORT", ended by NULL; NULL: none.
 * Errors: -ENOENT where the program is not installed; a forward that makes no sense, or whose port
 * is taken on the host.
 */
int network_start(struct network *network, const char *const *forwards, struct error *error);

/* End and reap it. */
void network_stop(struct network *network);

#endif
