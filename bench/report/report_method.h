/* SPDX-License-Identifier: MIT */
/* The parts of the report that say how far its figures can be trusted. */
#ifndef VIRTLAB_REPORT_METHOD_H
#define VIRTLAB_REPORT_METHOD_H

#include "bench/analysis/analysis.h"
#include "common/table.h"

/* What each figure counts, or where its interval starts and ends. NULL: no memory. */
struct table *report_definitions(const struct analysis *analysis);

/* Everything in env.json. NULL: no memory. */
struct table *report_machine(const struct analysis *analysis);

/* The facts of env.json that a reader asks for first. NULL: no memory. */
struct table *report_machine_in_short(const struct analysis *analysis);

/* Each platform that did not run, or not everywhere, with its reason. NULL: no memory. */
struct table *report_gaps(const struct analysis *analysis);

/*
 * What could make the figures wrong or not apply elsewhere, one sentence per call: what holds for
 * every run, and what the samples and env.json say of this one.
 */
void report_threats(const struct analysis *analysis,
                    void (*threat)(void *context, const char *sentence), void *context);

/* How it was measured and worked out, one paragraph per call. */
void report_method(const struct analysis *analysis,
                   void (*paragraph)(void *context, const char *text), void *context);

#endif
