/* SPDX-License-Identifier: MIT */
/*
 * A run that was cut off goes on where it stopped. The schedule is the seed's, so the same request
 * goes through the same trials once more; those that have a sample already are not made again.
 * Nothing is ever mixed: another request, another machine or software, other boxes that can run, or
 * another harness at work in the folder are refused.
 */
#ifndef VIRTLAB_RESUME_H
#define VIRTLAB_RESUME_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/harness/session.h"
#include "bench/results/record.h"
#include "bench/results/results.h"

/*
 * The samples that are there. They were written in the order of the schedule, so the next trial
 * that is to be made can only be the next sample: they are taken one after the other.
 */
struct resume {
    struct results results;
    size_t next;
    size_t again, again_end; /* samples of a trial that is made again, see below */
};

void resume_close(struct resume *resume);

/*
 * Whether the experiment was finished before the run was cut off, since a later one has samples.
 * Then its samples are taken.
 */
bool resume_pass_over(struct resume *resume, const char *experiment);

/* The sample of this trial, if it is the next: it is taken then. resume may be NULL. */
const struct sample *resume_take(struct resume *resume, const char *experiment,
                                 const char *workload, const char *platform, unsigned block,
                                 unsigned order);

/*
 * The samples taken since next was before are of a trial that was cut off, and is made again: a
 * recorder does not write those among its samples that are there.
 */
void resume_make_again(struct resume *resume, size_t before);

/* The same, if it failed in whatever way: that of a warm-up or of a preparation. */
const struct sample *resume_take_failure(struct resume *resume, const char *experiment,
                                         const char *workload, const char *platform,
                                         unsigned order);

/*
 * Before something new is measured: are there samples left of the experiment? Then it does not go
 * the way that it went (it decides by what it measures, not by the schedule), and cannot be
 * continued. Returns 0 or -EINVAL. resume may be NULL.
 */
int resume_expect_end(const struct resume *resume, const char *experiment, struct error *error);

/*
 * For a recorder, whose context is a struct resume: 1 if the next sample is like this record,
 * status and figures apart; it is taken then. 0: there is none of the experiment any more.
 * Negative: as above.
 */
int resume_take_record(void *context, const struct record *record, struct error *error);

#endif
