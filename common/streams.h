/* SPDX-License-Identifier: MIT */
/* Standard input, output and error: there from the start, and known to have been written. */
#ifndef VIRTLAB_STREAMS_H
#define VIRTLAB_STREAMS_H

#include "common/error.h"

/*
 * Early in main(): where the caller has closed one of the descriptors 0 to 2, put something there
 * that fails when used. Otherwise the next file opened would get that number, and what is printed
 * would end up in it.
 */
void streams_start(void);

/*
 * Last in main(): write out what stdout holds. Errors: it, or anything written before, did not
 * arrive (a full disk, a closed stdout).
 */
int streams_finish(struct error *error);

#endif
