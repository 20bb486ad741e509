/* SPDX-License-Identifier: MIT */
/*
 * How a library tells what it does while it does it. It reports each step to one callback; what
 * becomes of it (a timeline file, an explanation on the screen, statistics) is not its business.
 */
#ifndef VIRTLAB_TRACE_H
#define VIRTLAB_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "common/clock.h"

/* The categories of the timeline format, docs/formats.md. */
enum trace_category {
    TRACE_STAGE,   /* a stage in the life of the box, named in common/stages.h */
    TRACE_EXIT,    /* one VM exit, named for its reason */
    TRACE_SYSCALL, /* one system call of the guest, named for the call */
    TRACE_STEP,    /* one system call or ioctl of the tool itself, inside a stage */
};

/* What never changes about a step: tables of these are the tool's own documentation. */
struct trace_step {
    const char *name; /* the stage's name, or the field's word for the step */
    const char *call; /* the system call or ioctl, "ioctl(KVM_CREATE_VM)"; NULL: none of its own */
    const char *why;  /* one sentence: why it is made, why here */
    const char *source; /* where to read about it: manual page or section, chapter */
};

struct trace_event {
    enum trace_category category;
    const struct trace_step *step;
    int64_t start_ns;    /* CLOCK_MONOTONIC */
    int64_t duration_ns; /* 0: a moment, not a span */
    const char *detail;  /* this time's values, "64 MiB at 0x0"; NULL: none */
};

/* event is NULL when nobody listens; then nothing is measured either. */
struct trace {
    void (*event)(void *context, const struct trace_event *event);
    void *context;
};

/* The moment a step starts; give it to trace_end() when the step has been made. */
static inline int64_t trace_start(const struct trace *trace)
{
    return trace->event ? clock_now_ns() : 0;
}

static inline void trace_end(const struct trace *trace, enum trace_category category,
                             const struct trace_step *step, int64_t start_ns, const char *detail)
{
    if (!trace->event)
        return;
    struct trace_event event = {category, step, start_ns, clock_now_ns() - start_ns, detail};
    trace->event(trace->context, &event);
}

#endif
