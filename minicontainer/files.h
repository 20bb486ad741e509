/* SPDX-License-Identifier: MIT */
/* The small files of /proc and of cgroups: opened, read or written whole in one call, closed. */
#ifndef MINICONTAINER_FILES_H
#define MINICONTAINER_FILES_H

#include <stddef.h>

/* Write text to an existing file, seen from dir (or AT_FDCWD). Returns 0 or a negative errno. */
int files_write(int dir, const char *path, const char *text);

/*
 * Read up to size - 1 bytes and end them with a NUL. Returns the length or a negative errno;
 * -EFBIG when the file is longer.
 */
int files_read(int dir, const char *path, char *text, size_t size);

#endif
