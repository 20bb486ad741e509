/* SPDX-License-Identifier: MIT */
#include "bench/results/timeline_file.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LINE_BYTES_MAX = 64 << 10 };
static const double LATEST_US = 1e15;             /* 31 years after the machine was started */
static const double LONGEST_US = 24 * 3600 * 1e6; /* a day */

struct timeline_reader {
    int fd;
    char *path;
    off_t offset;               /* of what is to be read next */
    char bytes[LINE_BYTES_MAX]; /* of the line that is not whole yet */
    size_t length;
    bool passing_over; /* a line that is too long, or whose event was taken before its end came */
};

/* Returns whether it is an event; *result is what take says to it. */
static bool take_line(const char *line, size_t length, timeline_take *take, void *context,
                      int *result)
{
    struct timeline_event event = {0};

    if (length == 0 || line[0] != '{')
        return false;
    /* What is behind the object, such as a comma, may not have come yet: it says nothing. */
    json_t *json = json_loadb(line, length, JSON_DISABLE_EOF_CHECK, NULL);
    /* F: numbers with or without a fraction. */
    bool good =
        json &&
        json_unpack(json, "{s:s, s:s, s:F, s:F}", "name", &event.name, "cat", &event.category, "ts",
                    &event.start_us, "dur", &event.duration_us) == 0 &&
        event.start_us >= 0 && event.start_us < LATEST_US && event.duration_us >= 0 &&
        event.duration_us < LONGEST_US;
    if (good) {
        event.detail = json_string_value(json_object_get(json_object_get(json, "args"), "detail"));
        *result = take(context, &event);
    }
    json_decref(json);
    return good;
}

/* The whole lines of what has been read; the rest of it stays. */
static int take_lines(struct timeline_reader *reader, timeline_take *take, void *context)
{
    char *line = reader->bytes, *end = reader->bytes + reader->length, *newline;
    int result = 0;

    while (result == 0 && (newline = memchr(line, '\n', (size_t)(end - line)))) {
        if (!reader->passing_over)
            take_line(line, (size_t)(newline - line), take, context, &result);
        reader->passing_over = false;
        line = newline + 1;
    }
    reader->length = (size_t)(end - line);
    memmove(reader->bytes, line, reader->length);
    if (reader->length == sizeof reader->bytes) {
        reader->length = 0;
        reader->passing_over = true;
    }
    return result;
}

/* What was written last may lack the end of its line, which comes with the next event. */
static int take_last(struct timeline_reader *reader, timeline_take *take, void *context)
{
    int result = 0;

    if (!reader->passing_over && take_line(reader->bytes, reader->length, take, context, &result))
        reader->passing_over = true;
    return result;
}

ssize_t timeline_reader_take(struct timeline_reader *reader, size_t most_bytes, timeline_take *take,
                             void *context)
{
    size_t bytes = 0;

    while (bytes < most_bytes) {
        ssize_t got = pread(reader->fd, reader->bytes + reader->length,
                            sizeof reader->bytes - reader->length, reader->offset);
        if (got <= 0)
            break;
        reader->offset += got;
        reader->length += (size_t)got;
        bytes += (size_t)got;
        int result = take_lines(reader, take, context);
        if (result != 0)
            return result;
    }
    int result = bytes > 0 ? take_last(reader, take, context) : 0;
    return result != 0 ? result : (ssize_t)bytes;
}

bool timeline_reader_is_over(const struct timeline_reader *reader)
{
    struct stat here, there;

    if (fstat(reader->fd, &here) < 0 || here.st_size < reader->offset)
        return true;
    return stat(reader->path, &there) == 0 &&
           (there.st_ino != here.st_ino || there.st_dev != here.st_dev);
}

int timeline_reader_open(struct timeline_reader **made, const char *path, struct error *error)
{
    struct timeline_reader *reader = calloc(1, sizeof *reader);
    struct stat status;
    int result;

    if (!reader || !(reader->path = strdup(path))) {
        free(reader);
        return error_set_errno(error, ENOMEM, "cannot read the timeline");
    }
    reader->fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (reader->fd < 0) {
        result = error_set_errno(error, errno, "cannot read the timeline %.200s", path);
    } else if (fstat(reader->fd, &status) < 0 || !S_ISREG(status.st_mode)) {
        result = error_set(error, EINVAL, "%.200s is no regular file", path);
    } else {
        *made = reader;
        return 0;
    }
    timeline_reader_close(reader);
    return result;
}

void timeline_reader_close(struct timeline_reader *reader)
{
    if (!reader)
        return;
    if (reader->fd >= 0)
        close(reader->fd);
    free(reader->path);
    free(reader);
}

int timeline_file_read(const char *path, size_t most_bytes, timeline_take *take, void *context,
                       struct error *error)
{
    struct timeline_reader *reader;
    int result = timeline_reader_open(&reader, path, error);

    if (result < 0)
        return result;
    ssize_t taken = timeline_reader_take(reader, most_bytes, take, context);
    timeline_reader_close(reader);
    return taken < 0 ? (int)taken : 0;
}
