/* SPDX-License-Identifier: MIT */
/* A trace for several threads: whoever listens behind it hears one event at a time. */
#ifndef MINIVMM_SHARED_TRACE_H
#define MINIVMM_SHARED_TRACE_H

#include <pthread.h>

#include "common/trace.h"

struct shared_trace {
    struct trace trace; /* to be used by all threads */
    struct trace listener;
    pthread_mutex_t lock;
};

/* Nobody listens: then nobody is slowed down either. *shared stays where it is. */
void shared_trace_create(struct shared_trace *shared, const struct trace *listener);

#endif
