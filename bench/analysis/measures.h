/* SPDX-License-Identifier: MIT */
/*
 * What the figures mean to people: the rows of a table in their order, what each is called, where
 * its interval starts and ends, and how a value is written.
 */
#ifndef VIRTLAB_MEASURES_H
#define VIRTLAB_MEASURES_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/analysis/figures.h"

enum measure_unit { UNIT_NS, UNIT_BYTES, UNIT_NUMBER };

/* What is counted; of times, where the interval starts and ends: measure_definition() in words. */
enum measure_meaning {
    MEANS_FIRST_OUTPUT,
    MEANS_EXIT,
    MEANS_PROCESSOR,
    MEANS_WORK,
    MEANS_TURN,
    MEANS_ONE_MORE,
    MEANS_ONE_MORE_GUEST,
    MEANS_ONE_MORE_TOOL,
    MEANS_ONE_MORE_KERNEL,
    MEANS_IMAGE,
    MEANS_PEAK,
    MEANS_REACH,
    MEANS_HUGE_PAGES,
    MEANS_TURNS,
    MEANS_BOUND,
    MEANS_OUTPUT,
    MEANS_BARE_LOOP,
    MEANS_HARNESS,
    MEANS_OUTSIDE,
    MEANS_BACK,
    MEANS_NOTICED,
    MEANS_DETECTED,
    MEANS_LEFT,
    MEANS_ANSWERS,
    MEANS_ANSWER,
    MEANS_CEILING,
    MEANS_PER_GIB,
    MEANS_REACHED,
    MEANS_POINT_START,
    MEANS_POINT_ANSWER,
    MEANS_POINT_MEMORY,
    MEANS_IDLE,
    MEANS_SHIPPED,
    MEANS_COPIES,
    MEANS_COPIES_WRITTEN,
    MEANS_COPIES_SHARED,
    MEANS_VERSIONS,
    MEANS_RUNS,
    MEANS_OWN_KERNEL,
    MEANS_STAGE,
    MEANS_LATENCY,
    MEANS_LATE,
    MEANS_GOT,
    MEANS_WINDOW,
    MEANS_LIMIT_REACHED,
    MEANS_STEAL,
    MEASURE_MEANINGS,
};

enum {
    MEASURE_PART = 1,   /* a part of the row above, or more about it */
    MEASURE_DETAIL = 2, /* for CSV, JSON and the report only */
    MEASURE_MATRIX = 4, /* in a table of its own: summary_matrix.c */
    MEASURE_PLAIN = 8,  /* a count or a yes of which a ratio says nothing */
};

struct measure_kind {
    const char *experiment;
    const char *workload; /* NULL: any */
    const char *params;   /* as in struct measure; NULL: any */
    const char *metric;
    enum measure_meaning meaning;
    unsigned flags;
    const char *label; /* of the row; to be put through gettext */
};

/* In the order of the table. */
extern const struct measure_kind measure_kinds[];
extern const size_t measure_kinds_count;

/*
 * Of a measure in a merged folder, the machine that it was taken on, else "". In params it stands
 * last; *length becomes that of what stands before it.
 */
const char *measure_machine(const struct measure *measure, size_t *length);

/*
 * The kind of a measure; of one that nobody has a value for, the first that the comparison would
 * show. NULL: an experiment that is younger than this table.
 */
const struct measure_kind *measure_kind(const struct measure *measure);

/*
 * Find both for all measures at once: whoever looks for a measure asks every one of them, and there
 * are thousands in a merged folder.
 */
void measures_know(struct figures *figures);

/* Whether the comparison has a row for it. */
bool measure_is_shown(const struct measure *measure);

/* A clause in the user's language. */
const char *measure_definition(enum measure_meaning meaning);

enum measure_unit measure_unit(const char *metric);

enum { MEASURE_TEXT_MAX = 64 };

/* The value with three digits and its unit: "3.90 ms", "112 KiB". */
void measure_print_value(char text[MEASURE_TEXT_MAX], enum measure_unit unit, double value);

/*
 * "8.91 [8.44–9.30]", "1.00 ~" within the noise. Where there are too few values for an interval,
 * "8.91 (8.30–9.40)": the least and the most of them, unless they look alike.
 */
void measure_print_ratio(char text[MEASURE_TEXT_MAX], const struct figure *figure);

/*
 * The title of a platform's column, not translated yet; '\n' breaks the line. It is what the header
 * of the samples says, which may be hostile, else from a table, else the platform's name.
 */
const char *measure_platform_title(const struct results *results, const char *platform);

#endif
