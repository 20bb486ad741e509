/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/shared_trace.h"

static void pass_on(void *context, const struct trace_event *event)
{
    struct shared_trace *shared = context;

    pthread_mutex_lock(&shared->lock);
    shared->listener.event(shared->listener.context, event);
    pthread_mutex_unlock(&shared->lock);
}

void shared_trace_create(struct shared_trace *shared, const struct trace *listener)
{
    *shared = (struct shared_trace){.listener = *listener, .lock = PTHREAD_MUTEX_INITIALIZER};
    if (listener->event)
        shared->trace = (struct trace){.event = pass_on, .context = shared};
}
