/* SPDX-License-Identifier: MIT */
/*
 * Writing samples.jsonl (docs/formats.md): one JSON object per line, one execution per object, one
 * write() per line, and never a line changed.
 */
#ifndef VIRTLAB_RECORD_H
#define VIRTLAB_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum {
    RECORD_SCHEMA = 1,
    RECORD_PARAMS_MAX = 8,
    RECORD_METRICS_MAX = 64,
    RECORD_TITLES_MAX = 64,
};

enum record_status { RECORD_OK, RECORD_FAILED, RECORD_SKIPPED, RECORD_TIMEOUT };

/* Strings are borrowed until the sample is written; they may be hostile. */
struct record {
    const char *experiment;
    struct {
        const char *name;
        const char *text; /* NULL: it is the number */
        int64_t number;
    } params[RECORD_PARAMS_MAX];
    size_t param_count;
    const char *platform;
    const char *workload;
    unsigned block, order;
    int64_t t0_ns;
    enum record_status status;
    char reason[256];
    int exit; /* −1: nothing was started */
    struct {
        const char *name; /* name_unit */
        int64_t value;
    } metrics[RECORD_METRICS_MAX];
    size_t metric_count;
    const char *verdict, *detail; /* NULL: this is no escape experiment */
};

/* For tables of constants: names are kept as they are. Too many are a mistake in the caller. */
void record_param_text(struct record *record, const char *name, const char *text);
void record_param_number(struct record *record, const char *name, int64_t number);
void record_metric(struct record *record, const char *name, int64_t value);

struct recorder {
    int fd;
    char run[128]; /* the results folder's name */
    uint64_t seed;
    unsigned count; /* of samples written */
    /*
     * Of a run that goes on: 1 if a sample like this is there already, 0 if not, or negative with
     * an error. NULL: none is there.
     */
    int (*is_there)(void *context, const struct record *record, struct error *error);
    void *context;
};

/* What the first line says of all the others. */
struct record_header {
    const char *environment; /* the hash of env.json */
    const char *request;     /* the hash of what was asked for */
    char *const *command;    /* the command line, ended by NULL */
    uint64_t seed;
    struct {
        const char *platform, *title;
    } titles[RECORD_TITLES_MAX]; /* of the platforms that were chosen */
    size_t title_count;
    const char *boxes[RECORD_TITLES_MAX]; /* those of them that can run here */
    size_t box_count;
};

/*
 * Make folder/samples.jsonl and write its header. Errors: what open(2) and write(2) say.
 */
int recorder_open(struct recorder *recorder, const char *folder, const struct record_header *header,
                  struct error *error);

/*
 * Open the samples.jsonl of a run that was cut off, to write behind its end, and lock it; nothing
 * in it is changed. Errors: what open(2) says; another harness is at work in the folder; it is no
 * file that a harness has written.
 */
int recorder_reopen(struct recorder *recorder, const char *folder, struct error *error);

/*
 * Once the file was read and is the right one: take a torn last line away, and end a whole one that
 * lacks no more than its newline. Errors: what ftruncate(2) and write(2) say.
 */
int recorder_mend_end(struct recorder *recorder, bool torn, struct error *error);

/*
 * Write one sample. When the disk is full, the part of the line that still went in is taken away
 * again, and every line before it stays.
 */
int recorder_write(struct recorder *recorder, const struct record *record, struct error *error);

/*
 * Write the last line, which says that the run came to its end and how many samples it has: a file
 * whose header announces it and that lacks it was cut off.
 */
int recorder_finish(struct recorder *recorder, struct error *error);

/* Make sure that all has reached the disk, and close. */
int recorder_close(struct recorder *recorder, struct error *error);

#endif
