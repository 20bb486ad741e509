/* SPDX-License-Identifier: MIT */
/* The parts of the report that look beyond this run: what is said, and what others measured. */
#ifndef VIRTLAB_REPORT_CLAIMS_H
#define VIRTLAB_REPORT_CLAIMS_H

#include <stdio.h>

#include "bench/analysis/analysis.h"
#include "common/table.h"

/*
 * Each prints one table. Where virtlab's own data file cannot be read, a sentence that says so is
 * printed in its place. Errors: -ENOMEM.
 */
int report_claims(const struct analysis *analysis, enum table_form form, FILE *out,
                  struct error *error);
int report_literature(const struct analysis *analysis, enum table_form form, FILE *out,
                      struct error *error);

#endif
