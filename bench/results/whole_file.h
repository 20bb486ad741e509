/* SPDX-License-Identifier: MIT */
/*
 * Files that are complete or absent: written under another name beside their place, and put there
 * in one step. What stood there before, be it a symbolic link that somebody planted, is replaced
 * and never followed. The file belongs to the owner of its folder.
 */
#ifndef VIRTLAB_WHOLE_FILE_H
#define VIRTLAB_WHOLE_FILE_H

#include <stdbool.h>
#include <stdio.h>

#include "common/error.h"

struct whole_file {
    int folder;
    char name[64], unfinished[72];
    FILE *out; /* to be written to; also to be read from where it starts */
};

/*
 * Open the folder at path for whole_file_open(); inside -1, or the folder in which path is one
 * name that may not be a symbolic link, and that is made if it is missing.
 */
int whole_file_folder(int inside, const char *path, struct error *error);

/* Start the file of that name (at most 60 bytes, no slash) in folder, a descriptor. */
int whole_file_open(struct whole_file *file, int folder, const char *name, struct error *error);

/*
 * Put it in its place if keep and all of it was written, else remove it. Errors: it could not be
 * written, or not all of it.
 */
int whole_file_close(struct whole_file *file, bool keep, struct error *error);

#endif
