/* SPDX-License-Identifier: MIT */
/*
 * The comparison as a table, made from a results folder alone: the same samples give the same
 * table, at any time and on any machine.
 */
#ifndef VIRTLAB_SUMMARY_H
#define VIRTLAB_SUMMARY_H

#include <stdio.h>

#include "common/error.h"
#include "common/table.h"

/*
 * Print what the samples in the results folder dir say. For people (TABLE_TEXT, TABLE_MARKDOWN,
 * TABLE_HTML): one column per platform, the ratio to native with its interval under each figure,
 * reasons for what was skipped as footnotes, then the escape matrix where there is one. For
 * programs (TABLE_CSV, TABLE_JSON): one row per figure and platform, with everything known of it.
 * Damaged lines of the samples are named in a note, or not at all in CSV. Errors: those of
 * results_read(), -ENOMEM. Whether out took it all is for the caller to ask.
 */
int summary_print(const char *dir, enum table_form form, FILE *out, struct error *error);

#endif
