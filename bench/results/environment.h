/* SPDX-License-Identifier: MIT */
/*
 * env.json: what the machine was when the samples beside it were taken (docs/formats.md). Every
 * field is always there; what the machine does not tell is null or "".
 */
#ifndef VIRTLAB_ENVIRONMENT_H
#define VIRTLAB_ENVIRONMENT_H

#include <stdbool.h>

#include <jansson.h>

#include "common/error.h"

enum { ENVIRONMENT_VERSION = 1, ENVIRONMENT_HASH_SIZE = 65 };

/*
 * Write env.json into the folder, and into hash what `sha256sum env.json` would say: the header of
 * the samples carries it. identify adds user, host name and serial numbers. Takes about as long as
 * `minivmm probe`. Errors: what writing the file says, -EEXIST when there is one already, -ENOMEM.
 */
int environment_write(const char *folder, bool identify, char hash[ENVIRONMENT_HASH_SIZE],
                      struct error *error);

/* The same as an object, to be released with json_decref(); NULL: no memory. */
json_t *environment_read(bool identify);

/*
 * The first part in which two environments differ that would make samples of the one and of the
 * other two things ("kernel"), or NULL: load, free memory and the time are not asked.
 */
const char *environment_difference(const json_t *a, const json_t *b);

/*
 * In one line for the head of a table: "AMD EPYC (itself a KVM guest), KVM: software"; of a merged
 * folder how many machines there are.
 */
void environment_describe(const json_t *environment, char *line, size_t size);

#endif
