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
 * Note that the lab was started in this folder, or (grade not NULL, and released) graded there. The
 * rest of what was known stays. Errors: it cannot be written, and nothing has changed.
 */
int record_write(const char *lab, const char *folder, json_t *grade, struct error *error);

/* What is known, to be released with json_decref(); NULL: nothing, or nothing that can be read. */
json_t *record_read(const char *lab);

#endif
