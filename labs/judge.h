/* SPDX-License-Identifier: MIT */
/* What a program wrote and how it ended, held against what a test expects. */
#ifndef VIRTLAB_LABS_JUDGE_H
#define VIRTLAB_LABS_JUDGE_H

#include <stdbool.h>

#include "labs/box.h"
#include "labs/lab.h"

/*
 * false: *expected and *seen say the first thing that is not as expected, to be freed; NULL where
 * there is no memory. Both may hold bytes that are not printable.
 */
bool judge_output(const struct lab_test *test, const struct box_result *result, char **expected,
                  char **seen);

/* Whether text matches the extended regular expression, line by line. */
bool judge_matches(const char *text, const char *pattern);

#endif
