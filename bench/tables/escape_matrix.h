/* SPDX-License-Identifier: MIT */
/* The escape matrix: one row per probe, one column per box. */
#ifndef VIRTLAB_ESCAPE_MATRIX_H
#define VIRTLAB_ESCAPE_MATRIX_H

#include "bench/tables/summary.h"

enum {
    ESCAPE_COLUMNS_MAX = FIGURES_PLATFORMS_MAX + 8, /* native may come twice */
    ESCAPE_PROBES_MAX = 128,
};

/* A platform, and natively the user: root sees and may far more there. */
struct escape_column {
    const char *platform, *uid;
};

struct escape_matrix {
    const struct sample *verdicts[SUMMARY_VERDICTS_MAX];
    size_t verdict_count;
    struct escape_column columns[ESCAPE_COLUMNS_MAX];
    size_t column_count;
    const char *probes[ESCAPE_PROBES_MAX]; /* their names; those of virtlab first, in its order */
    size_t probe_count;
};

/* Work out its rows and columns; no column: there are no verdicts. */
void escape_matrix_make(struct escape_matrix *matrix, const struct analysis *analysis);

/* The sample of a cell; NULL: there is none. */
const struct sample *escape_matrix_find(const struct escape_matrix *matrix, size_t row,
                                        size_t column);

/* Whether native comes twice, so that its columns need more than a name. */
bool escape_matrix_native_twice(const struct escape_matrix *matrix);

#endif
