/* SPDX-License-Identifier: MIT */
/*
 * What noisy neighbours are made of: the antagonists by name, and the limits of a tenant. The
 * recorded experiment (exp_neighbours.c) and the live one (live.h) have the same.
 */
#ifndef VIRTLAB_TENANTS_H
#define VIRTLAB_TENANTS_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/session.h"

enum { ANTAGONISTS = 7 }; /* the first one is none */

struct antagonist {
    const char *name, *program; /* NULL: nobody is beside the victim */
    char *args[3];
    uint64_t units; /* of one request: some milliseconds */
};

extern const struct antagonist antagonists[ANTAGONISTS];

/* Whether the platform knows any of the limits. */
bool tenants_know_limits(const struct platform *platform);

/* Ask for the limits of a tenant, as far as the trial's platform has such things. */
void tenants_limit(struct trial *trial);

#endif
