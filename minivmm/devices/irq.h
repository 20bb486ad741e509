/* SPDX-License-Identifier: MIT */
/*
 * An interrupt line: writing to an eventfd that KVM listens to (irqfd) raises it, from any thread,
 * without an ioctl. All lines here are edge-triggered: a device says that there is something new,
 * and its driver looks until there is nothing more.
 */
#ifndef MINIVMM_IRQ_H
#define MINIVMM_IRQ_H

#include <stdint.h>

#include "common/error.h"

struct irq {
    int fd; /* -1: a line that goes nowhere, for tests */
};

/* Connect a line to the global system interrupt gsi of the VM (KVM_IRQFD, KVM API 4.75). */
int irq_create(struct irq *irq, int vm_fd, unsigned gsi, struct error *error);
void irq_destroy(struct irq *irq);

void irq_raise(const struct irq *irq);

#endif
