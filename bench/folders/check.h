/* SPDX-License-Identifier: MIT */
/*
 * What is wrong with a results folder: lines that do not keep to the format, and benchmarking
 * crimes, as G. Heiser calls what makes true figures tell something false ("Systems benchmarking
 * crimes").
 */
#ifndef VIRTLAB_CHECK_H
#define VIRTLAB_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/analysis/analysis.h"

enum check_kind {
    CHECK_FORMAT,      /* a line, or env.json, is not as docs/formats.md says */
    CHECK_CUT_OFF,     /* the run did not come to its end */
    CHECK_FEW_RUNS,    /* figures without an interval that would need one */
    CHECK_FEW_ENOUGH,  /* figures without an interval that bear what they are used for */
    CHECK_BLOCKED,     /* not interleaved: one contender after the other */
    CHECK_SAME_ORDER,  /* interleaved, but never in another order */
    CHECK_RATIO_ALONE, /* a ratio that no absolute value stands beside */
    CHECK_HIDDEN_SKIP, /* something is missing, and nothing says why */
    CHECK_NOISE,       /* an effect that this machine's noise could have made */
    CHECK_NO_NOISE,    /* ratios whose noise was not measured */
    CHECK_MIXED,       /* samples of several machines or runs as if of one */
    CHECK_DRIFT,       /* a figure that changed while the run went on */
    CHECK_MODES,       /* a median between two modes */
    CHECK_KINDS,
};

/* Its name, as in "too-few-runs"; what it means, in the user's language; whether it is a crime, or
   something to know. */
const char *check_name(enum check_kind kind);
const char *check_meaning(enum check_kind kind);
bool check_is_crime(enum check_kind kind);

enum { CHECK_TEXT_MAX = 320, CHECK_SHOWN = 8 };

struct findings {
    struct {
        size_t count;                            /* of all */
        char shown[CHECK_SHOWN][CHECK_TEXT_MAX]; /* the first of them, with where; may be hostile */
    } of[CHECK_KINDS];
};

/* One more finding, in words. */
void check_add(struct findings *findings, enum check_kind kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many are crimes. */
size_t check_crimes(const struct findings *findings);

/*
 * Look at the folder dir, which analysis was made of. Errors: -ENOMEM; the file could not be read
 * again.
 */
int check_results(struct findings *findings, const char *dir, struct analysis *analysis,
                  struct error *error);

/* Its parts: how many runs figures need (check_runs.c), the lines by themselves (check_format.c),
   and the order they were taken in (check_order.c). */
int check_format(struct findings *findings, const char *dir, struct error *error);
int check_order(struct findings *findings, struct results *results);
void check_runs(struct findings *findings, const struct figures *figures);

#endif
