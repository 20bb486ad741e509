/* SPDX-License-Identifier: MIT */
/*
 * Rules: what a claim expects to be measured, in a language small enough to be read aloud
 * (docs/claims.md). A rule is one line:
 *
 *     [any] value SELECTION LIMIT
 *     [any] ratio SELECTION / CHANGES LIMIT
 *     verdicts VERDICT SELECTION LIMIT
 *
 * SELECTION is EXPERIMENT[/WORKLOAD] METRIC [PARAM=VALUE…] PLATFORM, of `verdicts` without METRIC;
 * of `value` METRIC may be METRIC/METRIC, the quotient of two. CHANGES say what else is compared
 * with: another PLATFORM, other PARAM=VALUE, or both. A VALUE @1 is the least number that this
 * parameter has in the experiment, @2 the next, and so on. LIMIT is OP NUMBER[UNIT], or
 * `in NUMBER[UNIT]..NUMBER[UNIT]`, both ends included. OP is one of < <= > >=. A UNIT is ns us ms s
 * B KiB MiB GiB or %.
 *
 *     ratio startup/hello first_output_ns mode=single container / native > 1.5
 */
#ifndef VIRTLAB_RULE_H
#define VIRTLAB_RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "bench/analysis/analysis.h"
#include "common/error.h"

enum {
    RULE_BYTES_MAX = 512,
    RULE_WORDS_MAX = 24,
    RULE_PARAMS_MAX = 6,
};

enum rule_kind { RULE_VALUE, RULE_RATIO, RULE_VERDICTS };
enum rule_relation { RULE_LESS, RULE_AT_MOST, RULE_MORE, RULE_AT_LEAST, RULE_WITHIN };

struct rule_param {
    const char *name, *value;
};

/* What is looked for among the measures. */
struct selection {
    const char *experiment;
    const char *workload; /* NULL: any */
    const char *metric;   /* NULL: the rule counts verdicts */
    const char *per;      /* the metric that it is divided by; NULL: none */
    const char *platform;
    struct rule_param params[RULE_PARAMS_MAX]; /* others may be there too */
    size_t param_count;
};

struct rule {
    char text[RULE_BYTES_MAX];  /* as it was written */
    char words[RULE_BYTES_MAX]; /* cut up; what follows points into it */
    enum rule_kind kind;
    bool any; /* it is enough if one of the measures selected keeps to it */
    struct selection of;
    const char *base_platform; /* RULE_RATIO; the same as of.platform where only params change */
    struct rule_param changes[RULE_PARAMS_MAX];
    size_t change_count;
    const char *verdict; /* RULE_VERDICTS: which one is counted */
    enum rule_relation relation;
    double threshold;           /* of RULE_WITHIN the least that is allowed */
    double most;                /* RULE_WITHIN */
    const char *threshold_text; /* with its unit, as it was written */
};

/*
 * Understand text, which may come from anybody. Errors: a sentence that names the word that is
 * wrong. A rule that was parsed may not be copied: it points into itself.
 */
int rule_parse(struct rule *rule, const char *text, struct error *error);

enum rule_outcome {
    RULE_HOLDS,
    RULE_FAILS,
    RULE_OPEN,    /* the interval reaches across the threshold, or some hold and some do not */
    RULE_MISSING, /* there is no figure; the reason says why */
};

/* What became of a rule. */
struct finding {
    enum rule_outcome outcome;
    const struct measure *measure; /* that value is of; NULL: of verdicts, or there is none */
    double value, low, high;
    bool has_interval;        /* else low and high are the least and the most of the values */
    size_t samples;           /* that the value is made of */
    size_t holding, selected; /* of the measures selected; verdicts: counted, of all */
    size_t silent;            /* of verdicts: probes that gave no answer, whose verdict is open */
    bool tried;         /* RULE_MISSING: the experiment was run here, on the rule's platforms */
    const char *reason; /* RULE_MISSING: why; a constant, or as long as the analysis */
};

/*
 * Hold the rule against the figures. The figure shown is the one that decides: of several, the one
 * that keeps to the rule worst, and for `any` the one that keeps to it best. A ratio to native that
 * lies within this machine's noise counts as anything within it, and a time that was measured once
 * as anything from half to twice as much; a 99th percentile needs three runs. A probe that failed,
 * was skipped, is missing or unknown may have any verdict. Errors: -ENOMEM.
 */
int rule_judge(const struct rule *rule, const struct analysis *analysis, struct finding *finding);

const char *rule_outcome_name(enum rule_outcome outcome);

#endif
