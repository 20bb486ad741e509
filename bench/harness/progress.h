/* SPDX-License-Identifier: MIT */
/*
 * A progress bar with the time left, on standard error if that is a terminal, else nothing. What
 * is counted is not runs but the time they are expected to take, since they differ a thousandfold;
 * the time left is corrected by how wrong the expectation was so far.
 */
#ifndef VIRTLAB_PROGRESS_H
#define VIRTLAB_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
    bool shown;
    int64_t start_ns, drawn_ns;
    int64_t expected_ns; /* of the whole run */
    int64_t done_ns;     /* of that, what has been done */
    char what[32];       /* the experiment, which starts at: */
    int64_t what_start_ns, what_end_ns;
    int folder; /* where progress.json is written for others to read; −1: nowhere */
    int64_t published_ns;
    bool resting;
    int64_t rested_ns; /* together */
};

void progress_start(struct progress *progress);

/*
 * From now on the results folder has a progress.json (docs/formats.md), until progress_end_all().
 * Where it cannot be written there is none, which is no error: the run needs it not.
 */
void progress_publish(struct progress *progress, const char *folder);
void progress_end_all(struct progress *progress);

/* Between two trials: if we were asked to pause (guard.h), do, and say so in the file. */
void progress_rest(struct progress *progress);

/* More work was planned, or (negative) less. */
void progress_plan(struct progress *progress, int64_t expected_ns);

/* An experiment begins, of which expected_ns of the plan are its part. */
void progress_begin(struct progress *progress, const char *what, int64_t expected_ns);

/* The experiment that runs now knows better how long it takes. */
void progress_expect(struct progress *progress, int64_t expected_ns);

/* It has done the share done/total of its part. Draws at most ten times a second. */
void progress_step(struct progress *progress, uint64_t done, uint64_t total);

/* It is over, however much of its part was needed. */
void progress_end(struct progress *progress);

/* Clear the line, before anything else is printed. */
void progress_clear(struct progress *progress);

/* Write what the bar looks like now into line: at most width columns. For the tests, too. */
void progress_format(const struct progress *progress, int64_t now_ns, int width, char *line,
                     size_t size);

#endif
