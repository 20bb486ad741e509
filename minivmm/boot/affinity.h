/* SPDX-License-Identifier: MIT */
/*
 * On which of the host's processors a thread may run (sched_setaffinity(2)). Not by the C library's
 * cpu_set_t, which ends at 128 processors in musl.
 */
#ifndef MINIVMM_AFFINITY_H
#define MINIVMM_AFFINITY_H

#include <stdbool.h>

enum { AFFINITY_MAX = 8192 }; /* processors that Linux can have */

/* May the calling thread run there? */
bool affinity_allows(unsigned processor);

/* From here on it runs there only. Returns 0 or a negative errno. */
int affinity_pin(unsigned processor);

#endif
