/* SPDX-License-Identifier: MIT */
/*
 * How long the stages of a box's life took, from the timeline that its tool wrote (docs/formats.md,
 * "Timeline"; names in common/stages.h). The file is not trusted: bounded, and what is no stage
 * that we know is passed over.
 */
#ifndef VIRTLAB_BENCH_STAGES_H
#define VIRTLAB_BENCH_STAGES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* In the order of life, those of all tools one after the other. */
struct stage {
    const char *name;      /* in the timeline, to be put through gettext elsewhere */
    const char *metric;    /* in a sample: how long */
    const char *at_metric; /* and when it began, since the start */
    bool inside;           /* it lies within the stage before it that does not */
};
extern const struct stage stages[];
extern const size_t stages_count;

enum { STAGES_MAX = 40 };

struct stage_times {
    int64_t durations_ns[STAGES_MAX]; /* the sum of the spans named stages[i]; −1: there is none */
    int64_t starts_ns[STAGES_MAX];    /* of the first span of that name, by the one clock */
    int64_t covered_ns;               /* by any stage; where two overlap, it counts once */
};

/*
 * Read the timeline at path. Errors: the file cannot be read, or there is not one stage in it
 * (-ENODATA).
 */
int stages_read(const char *path, struct stage_times *times, struct error *error);

#endif
