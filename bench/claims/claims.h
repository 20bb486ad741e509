/* SPDX-License-Identifier: MIT */
/*
 * The claims ledger: what introductions to virtualization say, each with what this machine's
 * figures say to it. The claims stand in claims.conf, each with the rules (rule.h) that decide it:
 *
 *     [C18]
 *     term = start-up                           term.ko, claim.ko, change.ko: the same in Korean
 *     claim = a container starts at once, a VM boots long
 *     experiment = startup                      those that decide it; or `none`
 *     where = N C V L E                         the platforms it is about
 *     expect = value startup/hello first_output_ns mode=single container < 100ms
 *     also = …                                  counts where there is a figure, and may lack it
 *     change = when the verdict would be another one
 */
#ifndef VIRTLAB_CLAIMS_H
#define VIRTLAB_CLAIMS_H

#include "bench/analysis/analysis.h"
#include "bench/claims/rule.h"
#include "common/table.h"

enum {
    CLAIMS_MAX = 64,
    CLAIM_RULES_MAX = 12,
    CLAIM_ID_MAX = 8,
};

enum claim_verdict {
    CLAIM_SUPPORTED,      /* everything that it expects was measured, and holds */
    CLAIM_REFUTED,        /* nothing of it holds */
    CLAIM_DEPENDS,        /* some of it holds, or an interval reaches across a threshold */
    CLAIM_UNMEASURABLE,   /* not on this machine: the reason says why */
    CLAIM_NOT_RUN,        /* these results lack an experiment that decides it */
    CLAIM_NO_EXPERIMENT,  /* nor has this version */
    CLAIM_NOT_A_QUESTION, /* nothing that could be measured */
    CLAIM_VERDICTS,
};

/* In the languages of claims.conf. */
enum { CLAIM_ENGLISH, CLAIM_KOREAN, CLAIM_LANGUAGES };
struct claim_text {
    char *in[CLAIM_LANGUAGES];
};

struct expectation {
    struct rule rule;
    bool needed; /* `expect`; else `also` */
    struct finding finding;
};

struct claim {
    char id[CLAIM_ID_MAX];
    struct claim_text term, statement, change;
    char *experiment, *where;
    struct expectation *expectations[CLAIM_RULES_MAX];
    size_t expectation_count;
    enum claim_verdict verdict;
    const char *reason; /* of the last four verdicts, as long as the analysis; "" of others */
};

struct claims {
    struct claim list[CLAIMS_MAX];
    size_t count;
};

/*
 * Read the claims in path; NULL: virtlab's own. Errors: a file that cannot be read or understood,
 * with the line. claims_free() in any case.
 */
int claims_read(struct claims *claims, const char *path, struct error *error);

/* Come to a verdict on each. Errors: -ENOMEM. */
int claims_judge(struct claims *claims, const struct analysis *analysis, struct error *error);

/* Leave only the claims of these names. Errors: -EINVAL, one is not there. */
int claims_keep(struct claims *claims, char *const ids[], size_t count, struct error *error);

void claims_free(struct claims *claims);

/* For programs ("not-run"), and in a few words in the user's language. */
const char *claim_verdict_name(enum claim_verdict verdict);
const char *claim_verdict_text(enum claim_verdict verdict);

/* In the user's language, where claims.conf has it; never NULL. */
const char *claim_text(const struct claim_text *text);

/*
 * The ledger with everything behind it, as a table for people and as CSV. folder is where the
 * samples are; NULL: without the rules as they stand in claims.conf, and the claims that this
 * version has no experiment for share a row. NULL: no memory.
 */
struct table *claims_table(const struct claims *claims, const struct analysis *analysis,
                           const char *folder);

/*
 * In short: each claim with the figure that decides it, by verdicts. spaced: with an empty line
 * between them, for a terminal. NULL: no memory.
 */
struct table *claims_ledger(const struct claims *claims, const struct analysis *analysis,
                            bool spaced);

/* The same for programs. */
void claims_print_json(const struct claims *claims, const struct analysis *analysis,
                       const char *folder, FILE *out);

#endif
