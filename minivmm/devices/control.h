/* SPDX-License-Identifier: MIT */
/*
 * How any thread of a guest system ends it: a device on behalf of the guest (power-off, reset,
 * debug exit), a vCPU (triple fault), the terminal (Ctrl-A x). The first word counts. The main
 * thread waits for it on an eventfd, together with signals and the timeout, and takes the machine
 * apart.
 */
#ifndef MINIVMM_CONTROL_H
#define MINIVMM_CONTROL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "common/error.h"
#include "minivmm/minivmm.h"

struct control {
    pthread_mutex_t lock;
    int event_fd;      /* becomes readable once the machine is to end */
    atomic_bool ended; /* written with the lock held, behind the rest */
    enum minivmm_system_end end;
    int status;
    struct error error; /* with MINIVMM_SYSTEM_FAILED */
};

int control_create(struct control *control, struct error *error);
void control_destroy(struct control *control);

/* End the machine, from any thread. status: the exit status with MINIVMM_SYSTEM_EXITED, else 0. */
void control_end(struct control *control, enum minivmm_system_end end, int status);

/* End it because of a failure of the VMM or of KVM. */
void control_fail(struct control *control, const struct error *error);

/* Whether the end has been said. Without the lock: a vCPU asks at each exit. */
bool control_ended(const struct control *control);

#endif
