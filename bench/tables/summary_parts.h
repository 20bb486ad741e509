/* SPDX-License-Identifier: MIT */
/* What the files that make the comparison (summary.h) have in common. */
#ifndef VIRTLAB_SUMMARY_PARTS_H
#define VIRTLAB_SUMMARY_PARTS_H

#include "bench/tables/summary.h"

/* Whether there is a figure of that platform, or a reason why not. */
bool summary_is_known(const struct measure *measure, size_t platform);

/* A platform of which there are verdicts alone has no place among figures. */
bool summary_has_column(const struct figures *figures, size_t platform);

/* How a figure with that param `source` was got. */
const char *summary_source_sentence(const char *source);

/* The notes under the comparison. */
void summary_add_notes(struct table *table, const struct analysis *analysis);

#endif
