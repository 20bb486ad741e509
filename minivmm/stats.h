/* SPDX-License-Identifier: MIT */
/* Where the time goes: exits by reason and system calls by name. */
#ifndef MINIVMM_STATS_H
#define MINIVMM_STATS_H

#include <stdint.h>
#include <stdio.h>

enum { STATS_EXITS = 64, STATS_SYSCALLS = 512 };

struct stats_row {
    uint64_t count;
    int64_t ns;
};

struct stats {
    struct stats_row guest;                 /* KVM_RUN itself: the guest, and KVM on its behalf */
    struct stats_row exits[STATS_EXITS];    /* by KVM_EXIT_ reason: the VMM's time for it */
    struct stats_row calls[STATS_SYSCALLS]; /* by number; a part of the exits' time */
};

static inline void stats_add(struct stats_row *row, int64_t ns)
{
    row->count++;
    row->ns += ns;
}

/* KVM's name for an exit reason (KVM API section 5), "unknown" where it has none here. */
const char *stats_exit_name(uint32_t reason);

void stats_print(const struct stats *stats, FILE *out);

#endif
