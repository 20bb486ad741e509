/* SPDX-License-Identifier: MIT */
/*
 * The program's file descriptors: 0 to 2 are the VMM's own, and every other one is a reading place
 * in one of the files named by --file. No number from the guest is ever used as a host descriptor.
 */
#ifndef MINIVMM_FILES_H
#define MINIVMM_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "minivmm/minivmm.h"

enum { FILES_DESCRIPTORS = 64 };

enum file_kind {
    FILE_CLOSED = 0,
    FILE_STANDARD, /* host is 0, 1 or 2 */
    FILE_NAMED,    /* named is an index into files.named */
};

/* An open file description, open(2): duplicated descriptors share it, and so its offset. */
struct open_file {
    enum file_kind kind;
    unsigned references;
    int host;
    unsigned named;
    uint64_t offset;
};

struct named_file {
    char *guest; /* absolute, without ., .. and doubled slashes */
    int host;    /* opened for reading */
};

struct files {
    struct named_file named[MINIVMM_FILES_MAX];
    unsigned named_count;
    struct open_file open[FILES_DESCRIPTORS];
    struct {
        struct open_file *file; /* NULL: closed */
        bool close_on_exec;
    } descriptors[FILES_DESCRIPTORS];
};

int files_create(struct files *files, const struct minivmm_config *config, struct error *error);
void files_destroy(struct files *files);

/* Resolve path against / without looking at any file. False: longer than PATH_MAX. */
bool files_resolve(const char *path, char resolved[PATH_MAX]);

/* The file of that (resolved) name; NULL: there is none. */
const struct named_file *files_find(const struct files *files, const char *resolved);

/* What the descriptor stands for; NULL: closed. */
struct open_file *files_get(struct files *files, uint64_t descriptor);

/* The lowest free descriptor from `from` on; -EMFILE. */
int files_lowest_free(const struct files *files, uint64_t from);

/* Open a named file at the lowest free descriptor; -EMFILE. */
int files_open(struct files *files, const struct named_file *named, bool close_on_exec);

/* Let `to` be the same as `from`, which is open; what `to` was is closed. */
void files_duplicate(struct files *files, unsigned from, unsigned to, bool close_on_exec);

void files_close(struct files *files, unsigned descriptor);

#endif
