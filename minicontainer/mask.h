/* SPDX-License-Identifier: MIT */
/* The parts of /proc and /sys that belong to the machine and not to the container. */
#ifndef MINICONTAINER_MASK_H
#define MINICONTAINER_MASK_H

#include "common/error.h"

/*
 * Cover what must not be read, and make read-only what must not be written, in the root at the
 * descriptor. What does not exist on this kernel is passed over.
 */
int mask_kernel_files(int root, struct error *error);

/* The lists, relative to the root, each ended by NULL. */
extern const char *const mask_hidden[];
extern const char *const mask_read_only[];

#endif
