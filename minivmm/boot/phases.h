/* SPDX-License-Identifier: MIT */
/*
 * The phases of a boot, as far as they can be seen from outside: the first vCPU enters the kernel,
 * the first byte appears on the serial port, and an init that knows this machine tells by the port
 * LAYOUT_PORT_MARK that it runs and that it starts the program. Each becomes a stage of the
 * timeline, and the moment for which --stats counts exits.
 */
#ifndef MINIVMM_PHASES_H
#define MINIVMM_PHASES_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/trace.h"
#include "minivmm/boot/cpus.h"

struct phases {
    const struct trace *trace;
    const struct cpus *cpus;
    pthread_mutex_t lock;
    int64_t entered_ns, first_byte_ns, init_ns, program_ns; /* 0: not yet */
    struct exits exits_to_init;                             /* of all vCPUs */
};

void phases_create(struct phases *phases, const struct trace *trace, const struct cpus *cpus);

/* By the main thread, just before the vCPUs go. */
void phases_enter(struct phases *phases);

/* By any vCPU; for the serial port and for the mark port. Unknown marks are ignored. */
void phases_first_byte(void *context);
void phases_mark(void *context, uint8_t mark);

/* By the main thread, when the guest has ended. */
void phases_end(struct phases *phases);

#endif
