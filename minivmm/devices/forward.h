/* SPDX-License-Identifier: MIT */
/* A port of the host that leads to a port of the guest: "tcp:HOSTPORT:GUESTPORT". */
#ifndef MINIVMM_FORWARD_H
#define MINIVMM_FORWARD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

struct forward {
    bool udp;
    uint16_t host_port, guest_port;
};

/* Read "tcp:8080:80" or "udp:53:53". Error: -EINVAL for anything else, and for port 0. */
int forward_parse(struct forward *forward, const char *text, struct error *error);

#endif
