/* SPDX-License-Identifier: MIT */
/* The life of a box as readable text while it happens: what --explain prints. */
#ifndef VIRTLAB_EXPLAIN_H
#define VIRTLAB_EXPLAIN_H

#include <stdint.h>
#include <stdio.h>

#include "common/trace.h"

struct explainer {
    FILE *out;        /* stderr: stdout belongs to the program in the box */
    int64_t start_ns; /* the moment from which the times are counted */
};

/* Print what the columns are, once: before the box has more than one process. */
void explain_head(struct explainer *explainer);

/* Print one event: when, what, how long, then the call, why it is made, and where to read on. */
void explain_event(struct explainer *explainer, const struct trace_event *event);

#endif
