/* SPDX-License-Identifier: MIT */
/* A results folder, read and worked out: what the table, the plots and the report are made of. */
#ifndef VIRTLAB_ANALYSIS_H
#define VIRTLAB_ANALYSIS_H

#include <stdio.h>

#include <jansson.h>

#include "bench/analysis/figures.h"
#include "bench/results/results.h"

enum { ENVIRONMENT_FILE_MAX = 8 << 20 }; /* bytes: a merged folder has those of all machines */

enum environment_state {
    ENVIRONMENT_GOOD,
    ENVIRONMENT_MISSING, /* there is no env.json, or none that can be read */
    ENVIRONMENT_OTHER,   /* its hash is not the one in the samples' header */
};

struct analysis {
    struct results results;
    struct figures figures;
    json_t *environment; /* what env.json holds; NULL: ENVIRONMENT_MISSING */
    enum environment_state environment_state;
    char host[256]; /* one line about the machine, for the head of a table; may be hostile */
};

/*
 * env.json of the folder dir, and whether it is the one whose hash the samples' header has; NULL
 * when there is none that can be read. To be released with json_decref().
 */
json_t *analysis_environment(const char *dir, const char *hash, enum environment_state *state);

/*
 * Read the results folder dir and work out its figures. What is amiss with single lines or with
 * env.json is noted in *analysis and is no error. Errors, after which there is nothing to free:
 * those of results_read() and figures_make().
 */
int analysis_open(struct analysis *analysis, const char *dir, struct error *error);
void analysis_close(struct analysis *analysis);

/*
 * Of the figures in the comparison: the least and the most values that one is made of; both 0 when
 * there is none.
 */
void analysis_runs(const struct analysis *analysis, size_t *least, size_t *most);

/* All their outliers together. */
size_t analysis_outliers(const struct analysis *analysis);

/* How many of them drifted while the run went on, and the farthest (0.04: 4 %), up or down. */
size_t analysis_drifts(const struct analysis *analysis, double *farthest);

/* How many of them have several modes. */
size_t analysis_several_modes(const struct analysis *analysis);

/* The range of their noise floors. false: no noise was measured. */
bool analysis_noise(const struct analysis *analysis, double *smallest, double *largest);

/*
 * What is amiss with the folder, one sentence per call of the function: damaged lines, a run that
 * was cut off, an env.json that does not belong to the samples.
 */
void analysis_warn(const struct analysis *analysis,
                   void (*warn)(void *context, const char *sentence), void *context);

#endif
