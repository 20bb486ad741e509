/* SPDX-License-Identifier: MIT */
/*
 * The network of user space: a process of its own, minivmm-network, with a TCP/IP stack (libslirp)
 * that gives the guest an address by DHCP, names by DNS, and the host's own connections by NAT, all
 * without root. It gets Ethernet frames by a socket, and has nothing else of the machine: no memory
 * of the guest, no KVM, no disk.
 */
#ifndef MINIVMM_NETWORK_H
#define MINIVMM_NETWORK_H

#include <sys/types.h>

#include "common/error.h"

struct network {
    int fd;    /* non-blocking SOCK_SEQPACKET, one frame in each message; -1: none, or taken */
    pid_t pid; /* its process; 0: none was started */
    int child; /* the same as a pidfd; -1: the kernel has none */
};

/* Its first message: one byte 0 when it is ready, or the sentence that says why not. */
enum { NETWORK_READY = 0 };

/*
 * Start it and wait until it is ready; before the sandbox, and while there are no other threads.
 * forwards: "tcp:HOSTPORT:GUESTPORT" each, ended by NULL; NULL: none. The caller may take fd, and
 * then sets it to -1. Errors: -ENOENT where the program is not installed, -EINVAL for a forward
 * that makes no sense, and what the network itself says, such as that a port of the host is taken.
 */
int network_start(struct network *network, const char *const *forwards, struct error *error);

/*
 * Close fd, unless taken, and reap the process. It ends when both are closed, the caller's copy of
 * fd too; if it does not, this process's own end takes it along, and nobody waits for it. Kills
 * nobody, so that it can be done in the sandbox. Does nothing where none was started.
 */
void network_stop(struct network *network);

#endif
