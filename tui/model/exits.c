/* SPDX-License-Identifier: MIT */
#include "tui/model/exits.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/analysis/statistics.h"

enum { FILE_MAX = 128 << 20, LINE_MAX_BYTES = 4096 };
static const double latest_us = 1e15; /* thirty years: more is no time since boot */

static struct exit_reason *reason_of(struct exits *exits, const char *name)
{
    for (size_t i = 0; i < exits->reason_count; i++)
        if (strncmp(exits->reasons[i].name, name, EXITS_NAME_MAX - 1) == 0)
            return &exits->reasons[i];
    if (exits->reason_count == EXITS_REASONS_MAX)
        return NULL;
    struct exit_reason *reason = &exits->reasons[exits->reason_count++];
    snprintf(reason->name, sizeof reason->name, "%s", name);
    return reason;
}

static int add(struct exits *exits, const char *name, double start_us, double duration_us)
{
    struct exit_reason *reason = reason_of(exits, name);

    if (!reason) {
        exits->left_out++;
        return 0;
    }
    if (reason->count == reason->room) {
        size_t room = reason->room ? 2 * reason->room : 64;
        double *more = reallocarray(reason->durations_us, room, sizeof *more);
        if (!more)
            return -ENOMEM;
        reason->durations_us = more;
        reason->room = room;
    }
    reason->durations_us[reason->count++] = duration_us;
    reason->sum_us += duration_us;
    exits->sum_us += duration_us;
    if (exits->count == 0 || start_us < exits->first_us)
        exits->first_us = start_us;
    if (exits->count == 0 || start_us + duration_us > exits->last_us)
        exits->last_us = start_us + duration_us;
    exits->count++;
    return 0;
}

static int take_line(struct exits *exits, const char *line, size_t length)
{
    json_t *event = json_loadb(line, length, 0, NULL);
    const char *name, *category;
    double start_us, duration_us;
    int result = 0;

    if (event &&
        json_unpack(event, "{s:s, s:s, s:F, s:F}", "name", &name, "cat", &category, "ts", &start_us,
                    "dur", &duration_us) == 0 &&
        strcmp(category, "exit") == 0 && start_us >= 0 && start_us < latest_us &&
        duration_us >= 0 && duration_us < latest_us)
        result = add(exits, name, start_us, duration_us);
    json_decref(event);
    return result;
}

static int by_cost(const void *a, const void *b)
{
    double left = ((const struct exit_reason *)a)->sum_us;
    double right = ((const struct exit_reason *)b)->sum_us;

    return (left < right) - (left > right);
}

int exits_read(struct exits *exits, const char *path, struct error *error)
{
    struct stat status;
    char line[LINE_MAX_BYTES];
    size_t bytes = 0;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC), result = 0;
    FILE *file = fd >= 0 ? fdopen(fd, "r") : NULL;

    *exits = (struct exits){0};
    if (!file) {
        result = error_set_errno(error, errno, "cannot read the timeline %.200s", path);
        if (fd >= 0)
            close(fd);
        return result;
    }
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode))
        result = error_set(error, EINVAL, "%.200s is no regular file", path);
    while (result == 0 && bytes < FILE_MAX && fgets(line, sizeof line, file)) {
        size_t length = strcspn(line, "\n");
        bytes += length + 1;
        if (length > 0 && line[length - 1] == ',')
            length--;
        if (line[0] == '{' && take_line(exits, line, length) < 0)
            result = error_set_errno(error, ENOMEM, "cannot keep the exits of %.200s", path);
    }
    fclose(file);
    qsort(exits->reasons, exits->reason_count, sizeof *exits->reasons, by_cost);
    for (size_t i = 0; i < exits->reason_count; i++)
        statistics_sort(exits->reasons[i].durations_us, exits->reasons[i].count);
    return result;
}

void exits_free(struct exits *exits)
{
    for (size_t i = 0; i < exits->reason_count; i++)
        free(exits->reasons[i].durations_us);
    *exits = (struct exits){0};
}
