/* SPDX-License-Identifier: MIT */
/* What both boxes offer to whoever watches them: --timeline FILE and --explain, from one trace. */
#ifndef VIRTLAB_OBSERVER_H
#define VIRTLAB_OBSERVER_H

#include <stdbool.h>

#include "common/error.h"
#include "common/explain.h"
#include "common/timeline.h"
#include "common/trace.h"

struct observer {
    struct timeline *timeline;
    struct explainer explainer; /* out is NULL without --explain */
};

/*
 * Open what was asked for (timeline_path NULL: no timeline) and fill trace for the library;
 * nothing asked: trace->event stays NULL. *observer must outlive the trace.
 */
int observer_open(struct observer *observer, const char *timeline_path, bool explain,
                  struct trace *trace, struct error *error);

/* Write and close. Returns timeline_close()'s result. */
int observer_close(struct observer *observer, struct error *error);

#endif
