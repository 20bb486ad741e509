/* SPDX-License-Identifier: MIT */
/* The threads of devices. Signals to the process are not theirs: the main thread waits for those.
 */
#ifndef MINIVMM_THREAD_H
#define MINIVMM_THREAD_H

#include <pthread.h>

#include "common/error.h"

/* Start a thread; name stands in the error. Errors: what pthread_create(3) says. */
int thread_start(pthread_t *thread, void *(*work)(void *), void *argument, const char *name,
                 struct error *error);

#endif
