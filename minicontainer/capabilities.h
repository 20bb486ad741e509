/* SPDX-License-Identifier: MIT */
/* Which parts of root's power the program keeps: capabilities(7). */
#ifndef MINICONTAINER_CAPABILITIES_H
#define MINICONTAINER_CAPABILITIES_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

/* Whether we have CAP_SYS_ADMIN, which most of what the kernel keeps for root asks for. */
bool capabilities_can_administer(void);

/* The capabilities that a program running as root inside keeps, as a mask. */
uint64_t capabilities_kept(void);

/* Take all others from what the program could ever gain: the bounding and the ambient set. */
int capabilities_bound(struct error *error);

/*
 * Take them from what it has. root: it runs as user 0 and keeps capabilities_kept(); else it keeps
 * none. Last of all, since what comes before may need them.
 */
int capabilities_drop(bool root, struct error *error);

/* The same for pid 1, which from then on only passes signals on. */
int capabilities_drop_to_kill(struct error *error);

#endif
