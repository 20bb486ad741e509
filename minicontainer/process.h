/* SPDX-License-Identifier: MIT */
/* The last steps of the process that becomes the program. */
#ifndef MINICONTAINER_PROCESS_H
#define MINICONTAINER_PROCESS_H

#include "minicontainer/container.h"

/*
 * Give up everything that the program must not have, and execute it. Runs in pid 1's memory (see
 * inside.c), so it changes none of it but *error. Returns only on failure.
 */
int process_become_program(struct minicontainer *container, struct error *error);

#endif
