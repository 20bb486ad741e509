/* SPDX-License-Identifier: MIT */
/*
 * A timeline file: Chrome trace events in the array form, one event per line, which Perfetto and
 * chrome://tracing open as they are (docs/formats.md, "Timeline").
 *
 * Events wait in a ring in shared memory, so that a forked child's events are in it too, and are
 * written when the ring is half full, when a tenth of a second has passed since that was done, or
 * when the timeline is closed: while the box runs, an event costs a copy, and hardly one in a
 * thousand a system call. Whoever follows the file has every event but the latest ones.
 */
#ifndef VIRTLAB_TIMELINE_H
#define VIRTLAB_TIMELINE_H

#include "common/error.h"
#include "common/trace.h"

struct timeline;

/*
 * Create (or truncate) the file at path. The file may be a FIFO or /dev/stdout.
 * Errors: what open(2) and mmap(2) say.
 */
int timeline_open(struct timeline **timeline, const char *path, struct error *error);

/* Record an event. Safe in a forked child; there it never writes to the file. */
void timeline_add(struct timeline *timeline, const struct trace_event *event);

/*
 * Write what is left and close the file. Errors: a write that failed now or earlier, and events
 * lost because a child filled the ring. NULL is allowed.
 */
int timeline_close(struct timeline *timeline, struct error *error);

#endif
