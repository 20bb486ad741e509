/* SPDX-License-Identifier: MIT */
/*
 * Samples taken apart and put in order: one observation for each value of each sample, sorted so
 * that what belongs together lies together. The first half of making figures.
 */
#ifndef VIRTLAB_OBSERVATIONS_H
#define VIRTLAB_OBSERVATIONS_H

#include "bench/analysis/figures.h"

enum {
    OBSERVATIONS_TROUBLES_MAX = 4096,
};

/* One value, with everything that decides where it belongs. */
struct observation {
    const char *experiment, *workload, *params, *metric;
    size_t platform;   /* an index of platforms */
    bool arm_b;        /* of the second native series */
    int64_t instances; /* how many of the program ran; 0: the experiment does not vary it */
    int64_t block;
    double value;
    const char *source;
};

/* Executions that gave no value, of one kind. */
struct trouble {
    const char *experiment, *workload, *params;
    size_t platform;
    enum sample_status status;
    const char *reason;
    size_t count;
};

struct observations {
    const char *platforms[FIGURES_PLATFORMS_MAX]; /* native first, then as docs/formats.md */
    size_t platform_count;
    struct observation *list; /* by experiment, workload, params, metric, platform, arm, block */
    size_t count, room;
    struct trouble troubles[OBSERVATIONS_TROUBLES_MAX];
    size_t trouble_count;
    size_t left_out; /* platforms and kinds of trouble beyond the limits */
};

/*
 * Take the samples of results apart; the observations point into its strings. Samples of the
 * experiment `escape` have verdicts in place of values and are passed over. Errors: -ENOMEM, after
 * which observations_free() is still to be called.
 */
int observations_make(struct observations *observations, struct results *results);
void observations_free(struct observations *observations);

/* Whether a parameter tells samples of one measure apart, rather than measures. */
bool observations_inside_measure(const struct sample *sample, const char *param);

/* Whether two observations are of the same measure. */
bool observations_same_measure(const struct observation *a, const struct observation *b);

#endif
