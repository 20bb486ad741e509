/* SPDX-License-Identifier: MIT */
/*
 * Samples read back from a results folder (docs/formats.md, "samples.jsonl"). The file may come
 * from anybody: everything read is bounded and checked, and what does not fit the format is left
 * out, line by line, and reported. The strings kept may still hold anything: whoever prints them
 * escapes them.
 */
#ifndef VIRTLAB_RESULTS_H
#define VIRTLAB_RESULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/error.h"

enum {
    RESULTS_SCHEMA = 1,
    RESULTS_FILE_MAX = 128 << 20, /* bytes */
    RESULTS_LINE_MAX = 4 << 20,   /* bytes: a header holds a whole command line */
    RESULTS_TEXT_MAX = 4096,      /* bytes of one string, and of a name */
    RESULTS_SAMPLES_MAX = 500000,
    RESULTS_PARAMS_MAX = 16,
    RESULTS_METRICS_MAX = 64,
    RESULTS_TITLES_MAX = 64,
    RESULTS_DAMAGE_MAX = 20, /* damaged lines described; the others are only counted */
};

enum sample_status { SAMPLE_OK, SAMPLE_FAILED, SAMPLE_SKIPPED, SAMPLE_TIMEOUT };

struct sample_param {
    const char *name, *value; /* an integer as its digits */
    bool is_integer;
};

struct sample_metric {
    const char *name; /* ends with the unit: "end_ns" */
    int64_t value;    /* negative only in a hash, "output_hash" */
};

/* One execution of one program. Texts are never NULL; what the line did not say is "" or 0. */
struct sample {
    const char *experiment, *platform, *workload;
    const char *reason;           /* why status is not SAMPLE_OK */
    const char *verdict, *detail; /* of the experiment "escape" */
    const char *machine, *origin; /* in a merged folder: where it was taken, and in which run */
    enum sample_status status;
    int exit; /* as a shell gives it; -1: nothing was started */
    int64_t block, order, seed, t0_ns;
    size_t param_count, metric_count;
    struct sample_param *params; /* sorted by name */
    struct sample_metric *metrics;
};

struct results_damage {
    size_t line; /* from 1 */
    char why[200];
};

/* What a platform is called in tables; '\n' breaks the line. */
struct results_title {
    const char *platform, *title;
};

struct results {
    const char *run, *command, *environment, *request; /* of the header; what it lacks is "" */
    int64_t seed;
    struct results_title titles[RESULTS_TITLES_MAX];
    size_t title_count;
    const char *boxes[RESULTS_TITLES_MAX]; /* platforms that could run */
    size_t box_count;
    struct sample *samples; /* in the order of the file */
    size_t sample_count, room;
    size_t lines; /* that were read */
    struct results_damage damage[RESULTS_DAMAGE_MAX];
    size_t damage_count; /* of all damaged lines */
    bool torn;           /* the last line was cut off: the run was killed */
    bool ends, ended;    /* the header announces a last line that ends the run; it is there */
    int64_t end_count;   /* how many samples it says there are; -1: it is not there */
    size_t cut_sources;  /* of a merged folder, the runs that were cut off */
    void *strings;       /* each string once; samples point into it */
};

/*
 * Read samples.jsonl in the folder dir. Damaged lines are left out and described in
 * results->damage. Errors, after which there is nothing to free: no such file or none that may be
 * read, a file that is too large, a first line that is no header of this schema.
 */
int results_read(struct results *results, const char *dir, struct error *error);

/* Open that file as results_read() does, for another look at it: it is closed by fclose(). */
int results_open(const char *dir, FILE **file, struct error *error);

/* The same of a file that is open for reading; dir only names it in errors. */
int results_read_file(struct results *results, FILE *file, const char *dir, struct error *error);

/*
 * Of a run in progress: read the lines that were added to the file since the last call, the first
 * time with *results all 0. A line without its end waits for the next call. Errors: as above, and
 * then the results are still to be freed; before there is a header, -EINVAL.
 */
int results_read_more(struct results *results, FILE *file, const char *dir, struct error *error);

/*
 * Whether the run did not come to its end: it was cut off, or goes on still. Folders that are older
 * than the last line tell it by a torn one alone.
 */
bool results_cut_off(const struct results *results);

void results_free(struct results *results);

/* The one copy of text that results keeps, as long as it lives; NULL when there is no memory. */
const char *results_keep(struct results *results, const char *text);

/* The title that the header gives a platform; NULL: none. */
const char *results_title(const struct results *results, const char *platform);

/* Whether the sample has the metric; then *value is it. */
bool sample_metric(const struct sample *sample, const char *name, int64_t *value);

/* The value of a parameter, "" when the sample has none of that name. */
const char *sample_param(const struct sample *sample, const char *name);

#endif
