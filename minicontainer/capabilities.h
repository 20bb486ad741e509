/* SPDX-License-Identifier: MIT */
/* Which parts of root's power the program keeps: capabilities(7). */
#ifndef MINICONTAINER_CAPABILITIES_H
#define MINICONTAINER_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

/* The capabilities that a program running as root inside keeps, as a mask. */
uint64_t capabilities_kept(void);

/* Take all others from what the program could ever gain: the bounding and the ambient set. */
int capabilities_bound(struct error *error);

/*
 * Take them from what it has. root: it runs as user 0 and keeps capabilities_kept(); else it keeps
 * none. Last of all, since what comes before may need them.
 */
int capabilities_drop(bool root, struct error *error);

#endif
