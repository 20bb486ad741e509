/* SPDX-License-Identifier: MIT */
/*
 * Talking with a workload: ready, go N, done N CHECKSUM (docs/formats.md, "A program under
 * measurement"; the workloads' side is bench/workloads/protocol.h). What comes from it is hostile:
 * bounded, and anything but the line that is due is a failure.
 */
#ifndef VIRTLAB_WORKLOAD_H
#define VIRTLAB_WORKLOAD_H

#include <stddef.h>
#include <stdint.h>

#include "bench/process/process.h"
#include "bench/results/record.h"

struct workload {
    struct process process;
    size_t used;
    char input[128]; /* a line that is not whole yet */
    char on[16 + 1]; /* what it does its work on, as it says behind `ready`; "": nothing */
};

struct workload_work {
    int64_t work_ns; /* from writing `go` to reading `done` */
    uint64_t checksum;
};

/*
 * These return 0, or a negative errno with *error filled and *status said: RECORD_TIMEOUT (the
 * deadline struck), RECORD_SKIPPED (it said `cannot WHY`: the box does not have what it needs) or
 * RECORD_FAILED; -EINTR when the harness itself was asked to end. After a failure only
 * workload_kill() may follow.
 */

/* Wait for `ready`. */
int workload_await_ready(struct workload *workload, enum record_status *status,
                         struct error *error);

/* Have the work done iterations times. */
int workload_go(struct workload *workload, uint64_t iterations, struct workload_work *work,
                enum record_status *status, struct error *error);

/* End its standard input and wait for its end with status 0. Then it is closed. */
int workload_end(struct workload *workload, enum record_status *status, struct error *error);

void workload_kill(struct workload *workload);

enum { CALIBRATION_MS = 120 }; /* a fifth more than the least that is promised, 100 ms */

/*
 * The number of iterations that take a native workload, which is ready, CALIBRATION_MS: doubled
 * until a trial is long enough to be believed, then scaled.
 */
int workload_calibrate(struct workload *workload, uint64_t *iterations, enum record_status *status,
                       struct error *error);

/* Read "done N CHECKSUM" for that N; for the tests, too. */
int workload_parse_done(const char *line, uint64_t iterations, uint64_t *checksum);

#endif
