/* SPDX-License-Identifier: MIT */
/*
 * Two ports by which a guest that knows this machine talks to the VMM: the boot timer, where a byte
 * written is a mark in the timeline, and the debug exit, where it ends the machine with that
 * status.
 */
#ifndef MINIVMM_PORTS_H
#define MINIVMM_PORTS_H

#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/control.h"

/* The marks that the guest's init makes. */
enum {
    PORTS_MARK_INIT = 1,    /* /init runs */
    PORTS_MARK_PROGRAM = 2, /* the program is about to be executed */
};

struct ports {
    struct control *control;
    void (*mark)(void *context, uint8_t mark); /* called by vCPUs; NULL: nobody wants to know */
    void *context;
};

/* Put both on the bus of ports. *ports is filled in by the caller, and must outlive the bus. */
int ports_create(struct ports *ports, struct bus *bus, struct error *error);

#endif
