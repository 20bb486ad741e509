/* SPDX-License-Identifier: MIT */
/* What others have published, beside what was measured here. */
#ifndef VIRTLAB_LITERATURE_H
#define VIRTLAB_LITERATURE_H

#include "bench/analysis/analysis.h"
#include "common/table.h"

/*
 * literature.csv (RFC 4180) as a table: each figure with its source, how far that was checked, and
 * the nearest figure of the analysis, where its last column names one by a rule's selection
 * (rule.h). Errors: the file cannot be read or is no such table; -ENOMEM.
 */
int literature_table(const struct analysis *analysis, struct table **table, struct error *error);

/* The same of the text of another file. */
int literature_table_of(const struct analysis *analysis, char *text, struct table **table,
                        struct error *error);

/* Cut the next record of a CSV text into fields, in place. Returns their number; 0 at the end. */
size_t csv_next_record(char **text, char **fields, size_t most);

#endif
