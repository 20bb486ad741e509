/* SPDX-License-Identifier: MIT */
/*
 * The keyboard controller of the PC/AT, an Intel 8042, without a keyboard. Kernels still know it as
 * the way to reset the machine (command FE), and some ask whether it is there; so it answers its
 * own commands at once, and for the keyboard and the mouse it says that there is none. (IBM PC/AT
 * Technical Reference, 1985, "Keyboard Controller")
 */
#ifndef MINIVMM_I8042_H
#define MINIVMM_I8042_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/control.h"

struct i8042 {
    struct control *control;
    pthread_mutex_t lock;
    uint8_t status;       /* port 64, read */
    uint8_t command_byte; /* interrupts and clocks that the driver wants */
    uint8_t output_port;  /* bit 0: no reset; bit 1: address line A20 */
    uint8_t expecting;    /* the command whose data byte comes next by port 60; 0: none */
    uint8_t output;       /* port 60, read */
};

/* Make the device and put it on the bus of ports. control must outlive it. */
int i8042_create(struct i8042 *i8042, struct bus *ports, struct control *control,
                 struct error *error);
void i8042_destroy(struct i8042 *i8042);

#endif
