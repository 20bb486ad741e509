/* SPDX-License-Identifier: MIT */
/*
 * The machines of a merged folder, each of which has a part of its own in every matrix. A folder
 * that was not merged has one, whose label is "".
 */
#ifndef VIRTLAB_MACHINES_H
#define VIRTLAB_MACHINES_H

#include <stdbool.h>

#include "bench/analysis/analysis.h"
#include "common/table.h"

enum { MACHINES_MAX = 512 };

struct machines {
    const char *labels[MACHINES_MAX];
    size_t count, left_out;
};

/* Add a machine that is not in it yet; where there is no room it is counted. */
void machines_add(struct machines *machines, const char *label);

/* Those that have figures of that experiment, in their order. */
void machines_of_figures(struct machines *machines, const struct figures *figures,
                         const char *experiment);

/* Whether the measure is that machine's, with just these params (the machine is none of them). */
bool machine_has(const struct measure *measure, const char *params, const char *machine);

/* Over a machine's rows: its label, and what it is. Nothing where there is one machine only. */
void machine_add_heading(struct table *table, const struct analysis *analysis, const char *machine);

/* Under the table: which machines have no part in it, for want of room. */
void machines_add_note(struct table *table, const struct machines *machines);

#endif
