/* SPDX-License-Identifier: MIT */
/*
 * A results folder as the dashboard reads it: a run in progress line by line as it grows, a
 * recorded one as it once was at any moment of its way (by the samples' t0_ns). From it states are
 * made.
 */
#ifndef VIRTLAB_TUI_SOURCE_H
#define VIRTLAB_TUI_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "bench/results/results.h"
#include "common/error.h"
#include "tui/model/state.h"

struct source {
    char folder[4096], root[4096], name[256];
    const char *timeline; /* NULL: none */
    FILE *file;           /* its samples.jsonl; NULL: not there yet */
    struct results results;
    int64_t *starts_ns; /* of the samples, ascending, for a replay; NULL: none is wanted */
    struct error trouble;
    bool in_trouble; /* the folder cannot be read, see trouble */
};

/* Start on a folder, which need not be there yet; timeline may be NULL. */
void source_open(struct source *source, const char *folder, const char *timeline);
void source_close(struct source *source);

/* Read what is new. Returns whether there was anything. */
bool source_read(struct source *source);

/* Whether what was read is another file by now, or was cut: read it anew, from its start. */
bool source_is_over(const struct source *source);

/*
 * Put the samples in the order in which they were taken, so that the first ones are what was there
 * at a moment. false: no memory.
 */
bool source_prepare_replay(struct source *source);

/* How many samples were there so many nanoseconds after the first one's start, and how long it all
   took. */
size_t source_count_at(const struct source *source, int64_t after_ns);
int64_t source_duration_ns(const struct source *source);

/* A state of the first `shown` samples (SIZE_MAX: all); NULL: no memory. */
struct state *source_make_state(struct source *source, size_t shown);

#endif
