/* SPDX-License-Identifier: MIT */
/*
 * Files of sections: `[name]`, `key = value`, and lines that start with # for comments. A file that
 * is not understood is refused whole, with the line that is wrong.
 */
#ifndef VIRTLAB_INI_H
#define VIRTLAB_INI_H

#include <stddef.h>

#include "common/error.h"

/* What is called while a file is read. Each returns 0, or ini_mistake()'s or another error. */
struct ini_events {
    /* Text may be changed in place; it goes after the call. */
    int (*section)(void *context, char *name);
    int (*key)(void *context, const char *key, char *value);
    /* The section is complete: another one starts, or the file ends. Not before the first. */
    int (*end)(void *context);
};

/* Where the reading is, for the sentences about mistakes. */
struct ini {
    const char *path;
    const char *what; /* what the file should be: "list of platforms" */
    size_t bytes_max;
    unsigned line;
    struct error *error;
};

/*
 * Read the file: path, what, bytes_max and error are set. Errors: it cannot be read, is no regular
 * file, too large or no text; those of the events.
 */
int ini_read(struct ini *ini, const struct ini_events *events, void *context);

/* "FILE:LINE: WHAT 'ABOUT'" into the error; returns -EINVAL. */
int ini_mistake(const struct ini *ini, const char *what, const char *about);

int ini_out_of_memory(const struct ini *ini);

/* Set *string to a copy of value, once. Errors: it is set already, or value is empty. */
int ini_set_string(const struct ini *ini, char **string, const char *value);

#endif
