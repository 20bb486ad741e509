/* SPDX-License-Identifier: MIT */
/*
 * A timeline that a tool wrote or still writes (docs/formats.md, "Timeline"), event by event. The
 * file is not trusted: memory is bounded, and what is no complete event is passed over.
 */
#ifndef VIRTLAB_TIMELINE_FILE_H
#define VIRTLAB_TIMELINE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "common/error.h"

/* A span: both times are at least 0; it lasts less than a day, so that many can be added. */
struct timeline_event {
    const char *name, *category;
    const char *detail; /* of its args; NULL: none */
    double start_us, duration_us;
};

/* Anything below 0 ends the reading, and is its result. */
typedef int timeline_take(void *context, const struct timeline_event *event);

/*
 * Read the first most_bytes of the file at path. Errors: it cannot be read, or is no regular file;
 * and what take returns.
 */
int timeline_file_read(const char *path, size_t most_bytes, timeline_take *take, void *context,
                       struct error *error);

/* The same piece by piece, while the file grows. Errors: as above; -ENOMEM. */
struct timeline_reader;
int timeline_reader_open(struct timeline_reader **reader, const char *path, struct error *error);
void timeline_reader_close(struct timeline_reader *reader);

/*
 * Read on, some most_bytes at most. Returns how many bytes there were (0: none for now), or what
 * take returned.
 */
ssize_t timeline_reader_take(struct timeline_reader *reader, size_t most_bytes, timeline_take *take,
                             void *context);

/* Whether the path leads to another file by now, or this one was written anew from its start. */
bool timeline_reader_is_over(const struct timeline_reader *reader);

#endif
