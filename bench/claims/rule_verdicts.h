/* SPDX-License-Identifier: MIT */
/* Verdicts of probes counted, for rules of the kind `verdicts`. */
#ifndef VIRTLAB_RULE_VERDICTS_H
#define VIRTLAB_RULE_VERDICTS_H

#include "bench/claims/rule.h"

struct tally {
    size_t answers, counted; /* verdicts, and those that the rule counts */
    size_t silent;           /* unknown, samples without a verdict, and probes that are missing */
    const char *reason;      /* of a probe that did not run; NULL */
};

/* Of all probes that the rule names; of all of the experiment where it names none. */
struct tally tally_verdicts(const struct rule *rule, const struct results *results);

#endif
