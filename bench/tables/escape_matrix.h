/* SPDX-License-Identifier: MIT */
/* The escape matrix: one row per probe, one column per box; in a merged folder for each machine. */
#ifndef VIRTLAB_ESCAPE_MATRIX_H
#define VIRTLAB_ESCAPE_MATRIX_H

#include "bench/tables/machines.h"

enum {
    ESCAPE_COLUMNS_MAX = FIGURES_PLATFORMS_MAX + 8, /* native may come twice */
    ESCAPE_PROBES_MAX = 128,
};

/* A platform, and natively whether root asks or somebody else: root sees and may far more there. */
struct escape_column {
    const char *platform, *uid;
};

struct escape_matrix {
    const struct sample **verdicts; /* one machine's after the other's */
    size_t verdict_count;
    struct machines machines;
    size_t first_of[MACHINES_MAX + 1]; /* where the verdicts of each start, and the last ones end */
    struct escape_column columns[ESCAPE_COLUMNS_MAX];
    size_t column_count;
    const char *probes[ESCAPE_PROBES_MAX]; /* their names; those of virtlab first, in its order */
    size_t probe_count;
};

/* What is to be told of a cell. */
struct escape_cell {
    const struct sample *sample; /* the gravest of the cell's; NULL: there is none */
    size_t tries, alike;         /* samples that have a verdict, and those that have that one's */
};

/*
 * Work out its rows and columns; no column: there are no verdicts. To be freed with
 * escape_matrix_free(). Errors: -ENOMEM.
 */
int escape_matrix_make(struct escape_matrix *matrix, const struct analysis *analysis);
void escape_matrix_free(struct escape_matrix *matrix);

/* What the runs of that machine say: where they disagree, the verdict that is worst for the box. */
struct escape_cell escape_matrix_find(const struct escape_matrix *matrix, size_t machine,
                                      size_t row, size_t column);

/* Whether native comes twice, so that its columns need more than a name. */
bool escape_matrix_native_twice(const struct escape_matrix *matrix);

/* How many probes that machine was asked with, in whichever column. */
size_t escape_matrix_tries(const struct escape_matrix *matrix, size_t machine);

#endif
