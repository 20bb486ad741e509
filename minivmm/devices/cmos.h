/* SPDX-License-Identifier: MIT */
/*
 * The battery-backed clock of the PC/AT, a Motorola MC146818 with its 128 bytes of CMOS memory: a
 * kernel reads it once to know the date. The time is the host's, in UTC; what the guest sets it to
 * is forgotten, and so are alarms: there is no interrupt.
 */
#ifndef MINIVMM_CMOS_H
#define MINIVMM_CMOS_H

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#include "common/error.h"
#include "minivmm/devices/bus.h"

enum { CMOS_BYTES = 128 };

struct cmos {
    pthread_mutex_t lock;
    uint8_t index;
    uint8_t bytes[CMOS_BYTES];
    void (*now)(struct timespec *now); /* the host's CLOCK_REALTIME; tests put another one here */
};

/* Make the device and put it on the bus of ports. */
int cmos_create(struct cmos *cmos, struct bus *ports, struct error *error);
void cmos_destroy(struct cmos *cmos);

#endif
