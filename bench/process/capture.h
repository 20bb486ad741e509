/* SPDX-License-Identifier: MIT */
/*
 * What another program prints, for questions asked in passing ("--version", "probe --json"): never
 * longer than a time limit, never more than a buffer, and nothing of it left running.
 */
#ifndef VIRTLAB_CAPTURE_H
#define VIRTLAB_CAPTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/*
 * Find a command: beside virtlab first, then in the absolute folders of PATH. false: nowhere.
 * size is of path.
 */
bool capture_find(const char *name, char *path, size_t size);

/*
 * Run argv (argv[0] as capture_find() gives it) with nothing on standard input, and keep the start
 * of its standard output in buffer, ended with '\0'. Returns its exit status as a shell gives it,
 * or a negative errno: -ETIMEDOUT when it had to be killed, and what starting it said.
 */
int capture(char *const *argv, int timeout_ms, char *buffer, size_t size, struct error *error);

#endif
