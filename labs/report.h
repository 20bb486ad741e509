/* SPDX-License-Identifier: MIT */
/* A grade, shown: for people, as TAP, as JSON. */
#ifndef VIRTLAB_LABS_REPORT_H
#define VIRTLAB_LABS_REPORT_H

#include <stdio.h>

#include <jansson.h>

#include "labs/grade.h"

enum report_form { REPORT_TEXT, REPORT_TAP, REPORT_JSON };

/* Errors: no memory. That writing fails, streams_finish() finds out. */
int report_grade(const struct grade *grade, enum report_form form, FILE *out, struct error *error);

/* As in docs/formats.md, "Labs"; NULL: no memory. To be released with json_decref(). */
json_t *report_json(const struct grade *grade);

#endif
