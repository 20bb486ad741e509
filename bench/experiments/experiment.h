/* SPDX-License-Identifier: MIT */
/*
 * Experiments: what is varied, and what is read. `virtlab bench NAME` runs one of them, `virtlab
 * compare` a row of them.
 *
 * To add one, write bench/experiments/exp_NAME.c with a `const struct experiment experiment_NAME`,
 * declare it below, and put it into the table in experiment.c. run() usually
 *
 *   1. asks session_contenders() who takes part, which also records who is skipped and why;
 *   2. calls session_each() with a function that makes one trial and fills in the record: params
 *      for what it varies, metrics for what it read (record_param_text(), record_metric());
 *   3. returns 0, or the error it got. A box that fails is a sample, not an error: trial_failed().
 *
 * A new experiment, param or metric is a new row in docs/formats.md.
 */
#ifndef VIRTLAB_EXPERIMENT_H
#define VIRTLAB_EXPERIMENT_H

#include <stdint.h>

#include "bench/harness/session.h"

struct experiment {
    const char *name;
    const char *purpose; /* one sentence for `virtlab bench --list`, marked by N_() */

    /* About how long run() will take, for the progress bar; on a machine of today. */
    int64_t (*expect_ns)(const struct session *session);

    /* Make the trials. Returns 0; -EINTR when the harness was asked to end; or another error. */
    int (*run)(struct session *session, struct error *error);
};

extern const struct experiment experiment_startup;
extern const struct experiment experiment_overhead;
extern const struct experiment experiment_footprint;
extern const struct experiment experiment_peak;
extern const struct experiment experiment_program;
extern const struct experiment experiment_harness;
extern const struct experiment experiment_syscalls;
extern const struct experiment experiment_escape;
extern const struct experiment experiment_neighbours;
extern const struct experiment experiment_limits;
extern const struct experiment experiment_vcores;
extern const struct experiment experiment_faults;
extern const struct experiment experiment_density;
extern const struct experiment experiment_image;

/* All of them, ended by NULL. */
extern const struct experiment *const experiments[];

/* NULL: there is none of that name. */
const struct experiment *experiment_find(const char *name);

#endif
