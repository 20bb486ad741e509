/* SPDX-License-Identifier: MIT */
/*
 * Files in which the kernel says something about this machine. Any of them may be missing, empty,
 * forbidden, or larger than anybody expects: every read is bounded.
 */
#ifndef VIRTLAB_HOST_FILE_H
#define VIRTLAB_HOST_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Read up to size - 1 bytes of the file at path and end them with '\0'. Returns how many, or a
 * negative errno with buffer empty. Never waits, not even on a FIFO.
 */
ssize_t host_read(const char *path, char *buffer, size_t size);

/* The first line, without its end. false, with buffer empty: there is none. */
bool host_read_line(const char *path, char *buffer, size_t size);

/* A file that holds one number. false, with *value untouched: it does not. */
bool host_read_number(const char *path, int64_t *value);

/* Of "always [madvise] never", the word in brackets; the whole where there are none. */
void host_chosen_word(char *line);

#endif
