/* SPDX-License-Identifier: MIT */
/*
 * One line of samples.jsonl, parsed already: does it keep to the format, and what does it say? Each
 * function returns NULL, or why the line is left out, to be put through gettext.
 */
#ifndef VIRTLAB_RESULTS_LINE_H
#define VIRTLAB_RESULTS_LINE_H

#include <jansson.h>

#include "bench/results/results.h"

/* What they return when there is no memory: this very pointer. */
extern const char results_no_memory[];

/* The first line. */
const char *results_take_header(struct results *results, json_t *line);

/* Any other: a sample, or the end of the run. */
const char *results_take_line(struct results *results, json_t *line);

void sample_free(struct sample *sample);

#endif
