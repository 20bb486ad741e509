/* SPDX-License-Identifier: MIT */
/*
 * The network itself: libslirp between a socket that carries the guest's Ethernet frames and the
 * host's own sockets. One thread, which waits for all of them.
 *
 *     10.0.2.0/24   the guest's network: 10.0.2.15 the guest (DHCP), .2 the gateway, .3 the DNS
 *
 * What the guest sends to any other address goes out by the host's own sockets, as this process's.
 * The host's loopback is not reachable from the guest: what listens there trusts this machine.
 */
#ifndef MINIVMM_NAT_H
#define MINIVMM_NAT_H

#include <poll.h>
#include <stddef.h>

#include <slirp/libslirp.h>

#include "common/error.h"
#include "minivmm/devices/forward.h"

struct nat {
    int fd; /* frames; SOCK_SEQPACKET */
    Slirp *slirp;
    struct pollfd *polled; /* the frames' socket first, then slirp's */
    size_t polled_count, polled_room;
};

/* fd stays the caller's. */
int nat_create(struct nat *nat, int fd, struct error *error);

/* Listen on the host's port, on 127.0.0.1 only, and lead connections to the guest's. */
int nat_forward(struct nat *nat, const struct forward *forward, struct error *error);

/* Serve until the other end closes the socket. */
int nat_run(struct nat *nat, struct error *error);

void nat_destroy(struct nat *nat);

#endif
