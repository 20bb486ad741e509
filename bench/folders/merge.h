/* SPDX-License-Identifier: MIT */
/*
 * Results of several runs in one folder: those of one machine are pooled, those of different
 * machines stay apart (docs/formats.md, "Merged folders"). Nothing is averaged across machines.
 */
#ifndef VIRTLAB_MERGE_H
#define VIRTLAB_MERGE_H

#include <stddef.h>

#include "bench/results/folder.h"
#include "common/error.h"

enum { MERGE_SOURCES_MAX = 256 };

/*
 * Merge the results folders into a new one below out; folder, of FOLDER_PATH_MAX bytes, becomes its
 * path. notice is called with a sentence for whatever is amiss with a source: damaged lines, an
 * unknown machine. Errors: a source that cannot be read, one that is there twice, too many samples.
 */
int merge(char *folder, const char *out, char *const *sources, size_t count, char *const *command,
          void (*notice)(const char *sentence), struct error *error);

#endif
