/* SPDX-License-Identifier: MIT */
/* Which of the measures a rule means, and what it compares them with. */
#ifndef VIRTLAB_RULE_SELECT_H
#define VIRTLAB_RULE_SELECT_H

#include "bench/claims/rule.h"

bool selection_has(const struct figures *figures, const struct selection *of,
                   const struct measure *measure);

/* The measure that a ratio divides by; NULL: it is not there, or is the measure itself. */
const struct measure *selection_base(const struct rule *rule, const struct figures *figures,
                                     const struct measure *measure);

/* The measure of another metric of the same runs; NULL: there is none. */
const struct measure *selection_metric(const struct figures *figures, const struct measure *measure,
                                       const char *metric);

/* The place of the platform in each measure's figures; figures->platform_count: it has none. */
size_t selection_platform(const struct figures *figures, const char *name);

#endif
