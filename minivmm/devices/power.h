/* SPDX-License-Identifier: MIT */
/*
 * Power-off and reset of a machine with hardware-reduced ACPI: the sleep control and status
 * registers (ACPI 6.4, 4.8.3.7) and the reset register (4.8.3.6), as the FADT announces them.
 */
#ifndef MINIVMM_POWER_H
#define MINIVMM_POWER_H

#include "common/error.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/control.h"

enum {
    POWER_SLEEP_TYPE_S5 = 5, /* what \_S5 must say: the sleep type that is power-off */
    POWER_RESET_VALUE = 1,   /* what the FADT must say: written to the reset register, it resets */
};

/* Put the registers on the bus of ports. control must outlive it. */
int power_create(struct bus *ports, struct control *control, struct error *error);

#endif
