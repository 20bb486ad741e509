/* SPDX-License-Identifier: MIT */
/* What became of a claim and of its rules, in words for people. */
#ifndef VIRTLAB_CLAIMS_WORDS_H
#define VIRTLAB_CLAIMS_WORDS_H

#include "bench/claims/claims.h"
#include "common/table.h"

enum { WORDS_MAX_BYTES = 640 };

/* Appends, as much as there is room for. */
void words_add(char line[WORDS_MAX_BYTES], const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * What is measured: "start to first output mode=single, vm-linux / container". brief: without what
 * the rule itself does not name.
 */
void words_of_rule(char line[WORDS_MAX_BYTES], const struct expectation *expectation, bool brief);

/* ": 12.3 [11.0–14.2]; claimed > 5; 40 runs", or why there is none. brief: without the runs. */
void words_of_figure(char line[WORDS_MAX_BYTES], const struct expectation *expectation, bool brief);

/* "holds", "undecided". */
const char *words_of_outcome(enum rule_outcome outcome);

/* How it is shown. */
enum table_tone words_tone(enum claim_verdict verdict);

/* "7 supported, 1 refuted, 9 depends, …" */
void words_of_totals(char line[WORDS_MAX_BYTES], const struct claims *claims);

#endif
