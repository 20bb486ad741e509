/* SPDX-License-Identifier: MIT */
/*
 * What is remembered of a lab: where it was started, and its last grade. One file for each lab in
 * $XDG_STATE_HOME/virtlab/labs (~/.local/state/virtlab/labs), so that it outlives the folder's
 * moving; the dashboard reads it (docs/formats.md, "Labs").
 */
#ifndef VIRTLAB_LABS_LAB_RECORD_H
#define VIRTLAB_LABS_LAB_RECORD_H

#include <stdbool.h>

#include <jansson.h>

#include "common/error.h"
#include "common/paths.h"

enum { RECORD_FILE_MAX = 1 << 20 };

/* The folder of these files. false: there is no home to have one in. */
bool record_folder(char folder[PATHS_MAX]);

/*
 * Note that the lab was started in this folder, or (grade not NULL, and released) graded there, by
 * the results in this folder (NULL: there were none). The rest of what was known stays. Errors: it
 * cannot be written, and nothing has changed.
 */
int record_write(const char *lab, const char *folder, json_t *grade, const char *results,
                 struct error *error);

enum record_run { RECORD_NOT_GRADED, RECORD_GRADED_WITHOUT, RECORD_RUN, RECORD_RUN_GONE };

/* The results by which the lab in this folder, which may have been moved since, was graded last. */
enum record_run record_find_run(const char *lab, const char *folder, char results[PATHS_MAX]);

/* What is known, to be released with json_decref(); NULL: nothing, or nothing that can be read. */
json_t *record_read(const char *lab);

/* A grade, as one number of another. */
struct record_score {
    json_int_t gained, total; /* of all points of the tests that were there, hidden or not */
    json_int_t untried;       /* of these, what the machine could not try: nobody's loss */
};

/* What the object `grade` of a record says. */
struct record_score record_score(const json_t *grade);

#endif
