/* SPDX-License-Identifier: MIT */
/*
 * Exits of one vCPU to this process, counted by their reason and by the device that served them.
 * One thread counts; another may look at any time.
 */
#ifndef MINIVMM_EXITS_H
#define MINIVMM_EXITS_H

#include <stdatomic.h>
#include <stdint.h>

#include "minivmm/devices/bus.h"

enum {
    EXITS_REASONS = 64,                /* above every KVM_EXIT_ reason */
    EXITS_DEVICES = BUS_RANGES_MAX + 1 /* BUS_NOBODY is the last */
};

struct exits_row {
    _Atomic uint64_t count;
    _Atomic int64_t ns; /* 0 where nobody asked for times */
};

struct exits {
    struct exits_row guest; /* KVM_RUN itself: the guest, and KVM on its behalf */
    struct exits_row reasons[EXITS_REASONS];
    struct exits_row port_reads[EXITS_DEVICES], port_writes[EXITS_DEVICES];
    struct exits_row mmio_reads[EXITS_DEVICES], mmio_writes[EXITS_DEVICES];
};

/* By the thread that counts: no other one adds, so nothing is lost between load and store. */
static inline void exits_add(struct exits_row *row, uint64_t count, int64_t ns)
{
    atomic_store_explicit(&row->count,
                          atomic_load_explicit(&row->count, memory_order_relaxed) + count,
                          memory_order_relaxed);
    atomic_store_explicit(&row->ns, atomic_load_explicit(&row->ns, memory_order_relaxed) + ns,
                          memory_order_relaxed);
}

/* Add what from has counted so far to *sum, which is the caller's own. */
void exits_sum(struct exits *sum, const struct exits *from);

#endif
