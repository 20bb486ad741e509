/* SPDX-License-Identifier: MIT */
/*
 * The comparison as tables, made from a results folder alone: the same samples give the same
 * tables, at any time and on any machine.
 */
#ifndef VIRTLAB_SUMMARY_H
#define VIRTLAB_SUMMARY_H

#include <stdio.h>

#include "bench/analysis/analysis.h"
#include "common/error.h"
#include "common/table.h"

/*
 * Print what the samples in the results folder dir say. For people (TABLE_TEXT, TABLE_MARKDOWN,
 * TABLE_HTML): one column per platform, the ratio to native with its interval under each figure,
 * reasons for what was skipped as footnotes, then the escape matrix where there is one (on a
 * terminal, behind a comparison, only its counts: it is longer than a screen). For
 * programs (TABLE_CSV, TABLE_JSON): one row per figure and platform, with everything known of it.
 * What is amiss with the folder stands in notes, except in CSV and JSON: ask analysis_warn().
 * Errors: those of results_read(), -ENOMEM. Whether out took it all is for the caller to ask.
 */
int summary_print(const char *dir, enum table_form form, FILE *out, struct error *error);

/*
 * The tables that it consists of, to be freed with table_free(); NULL when there is no memory, or,
 * of the escape matrix, when there are no verdicts. Of a merged folder the comparison has a row for
 * each machine, and every other table a part.
 */
struct table *summary_comparison(const struct analysis *analysis);
struct table *summary_escapes(const struct analysis *analysis);

/* The matrix in short: how many probes came to each verdict. */
struct table *summary_escape_counts(const struct analysis *analysis);

/* Those of experiments whose figures make a matrix; NULL too when the samples hold none of it. */
struct table *summary_neighbours(const struct analysis *analysis);
struct table *summary_vcores(const struct analysis *analysis);

/* The same of a start's parts: NULL where they were not measured. */
struct table *summary_stages(const struct analysis *analysis);
struct table *summary_namespaces(const struct analysis *analysis);

/*
 * What a measure's row is called, in the user's language: with its workload where others have the
 * same name, and its machine where there are several.
 */
void summary_label(const struct figures *figures, const struct measure *measure, char *label,
                   size_t size);

/* For programs: everything, one row per figure, or verdict, and platform. */
struct table *summary_rows(const struct analysis *analysis);

/* Every figure in full, for people: values, interval, quantiles, outliers. */
struct table *summary_details(const struct analysis *analysis);

/* summary_print() of a folder that is read already. */
int summary_print_analysis(const struct analysis *analysis, enum table_form form, FILE *out,
                           struct error *error);

#endif
