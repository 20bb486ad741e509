/* SPDX-License-Identifier: MIT */
/* progress.json: what a run in progress says of itself to whoever reads its folder. */
#ifndef VIRTLAB_HARNESS_PROGRESS_FILE_H
#define VIRTLAB_HARNESS_PROGRESS_FILE_H

#include "bench/harness/progress.h"

/* The results folder; −1: it cannot be opened. */
int progress_file_open(const char *folder);

/* Write it anew, in one step. left_s negative: not known. */
void progress_file_write(const struct progress *progress, int64_t left_s);

/* Take the file away and close the folder. */
void progress_file_remove(int folder);

#endif
