/* SPDX-License-Identifier: MIT */
/*
 * An antagonist at work in its box: kept busy, and counted, while somebody else is measured. It
 * gets a few requests ahead, so that it never waits for the harness; what it does for each is
 * bounded (bench/antagonists/bounds.h), so that it stops by itself a moment after nobody asks any
 * more.
 */
#ifndef VIRTLAB_AGGRESSOR_H
#define VIRTLAB_AGGRESSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "bench/harness/workload.h"
#include "bench/process/cgroup.h"

/* A ceiling that is ours, whatever the limits: an emulator with its guest has room in it. */
#define AGGRESSOR_CEILING_BYTES     (INT64_C(768) << 20)
#define AGGRESSOR_CEILING_PROCESSES 256

/*
 * Make a cgroup with that ceiling, for the box around an antagonist. Returns false where none can
 * be made; then the antagonists' own bounds have to do. To be removed by bench_cgroup_remove().
 */
bool aggressor_make_ceiling(struct bench_cgroup *ceiling, const char *name);

struct aggressor {
    struct workload workload;
    uint64_t units;    /* of one request */
    unsigned asked;    /* requests that it has not answered yet */
    unsigned answered; /* requests in all */
    uint64_t got;      /* what it says that it got */
    bool ended;        /* by itself, or by a limit */
};

/*
 * It was started and is ready: have it begin, and wait until it has. A limit may end it right then,
 * which is no error. Returns 0, or -EINTR.
 */
int aggressor_begin(struct aggressor *aggressor, uint64_t units, struct error *error);

/* Take its answers, and ask for more; never waits. */
void aggressor_tick(struct aggressor *aggressor);

/*
 * Whether it is over before it was told to; then *exit is its status as a shell gives it, −1 while
 * that is not known yet.
 */
bool aggressor_is_over(struct aggressor *aggressor, int *exit);

#endif
