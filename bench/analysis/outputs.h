/* SPDX-License-Identifier: MIT */
/* Whether a program did the same everywhere: the same output, the same exit status. */
#ifndef VIRTLAB_OUTPUTS_H
#define VIRTLAB_OUTPUTS_H

#include "bench/analysis/figures.h"

enum output_verdict {
    OUTPUT_UNKNOWN, /* it did not run there, or not natively */
    OUTPUT_SAME,    /* as native's, in every run */
    OUTPUT_OTHER,   /* not as native's, in at least one run */
    OUTPUT_VARIES,  /* native's own runs differ: there is nothing to compare with */
};

struct output_comparison {
    enum output_verdict verdict;
    size_t runs;      /* that ended with an output */
    int exit;         /* the exit status of the last of them */
    char reason[128]; /* what differs; "" */
};

/*
 * Compare what the samples of the experiment `program` say about outputs on that machine ("" where
 * the folder was not merged): one comparison for each platform of figures. Returns whether there
 * are such samples.
 */
bool outputs_compare(struct output_comparison comparisons[FIGURES_PLATFORMS_MAX],
                     const struct results *results, const struct figures *figures,
                     const char *machine);

#endif
