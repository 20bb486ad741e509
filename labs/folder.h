/* SPDX-License-Identifier: MIT */
/* The student's folder: a started lab. It may be moved and renamed; a file in it says which lab it
 * is. */
#ifndef VIRTLAB_LABS_FOLDER_H
#define VIRTLAB_LABS_FOLDER_H

#include "common/error.h"
#include "common/paths.h"
#include "labs/lab.h"

#define FOLDER_MARK ".virtlab-lab"

enum { FOLDER_FILE_MAX = 1 << 20, FOLDER_FILES_MAX = 64, FOLDER_RESULTS_MAX = 128 << 20 };

/*
 * The folder of this lab: the one named, or the current one, or NN-name in the current one. Errors:
 * there is none, or it is another lab's.
 */
int folder_find(char path[PATHS_MAX], const struct lab *lab, const char *named,
                struct error *error);

/*
 * Copy the student's files into the folder target, which is made: regular files, not hidden ones,
 * not what make has built, nor archives that were handed in before. No link is followed, so nothing
 * of the machine's comes along. Errors: a file that the lab asks for is missing or is none
 * (-ENOENT: the student's to mend), files that are too large or too many (-EFBIG: likewise), and
 * those of reading and writing.
 */
int folder_collect(const char *path, const char *target, const struct lab *lab,
                   struct error *error);

/*
 * Copy the results that the answers are about into target/results/latest: samples, environment.
 */
int folder_collect_results(const char *results, const char *target, struct error *error);

/* Write down in the folder which lab it is. */
int folder_write_mark(const char *folder, const char *name, struct error *error);

/* Copy every file of the folder source, and of those below it,, into target, which is made. */
int folder_copy(const char *source, const char *target, struct error *error);

#endif
