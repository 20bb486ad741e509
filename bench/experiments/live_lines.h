/* SPDX-License-Identifier: MIT */
/* What `virtlab live` says: one line for each thing that happens (docs/formats.md, "Live"). */
#ifndef VIRTLAB_LIVE_LINES_H
#define VIRTLAB_LIVE_LINES_H

#include "bench/experiments/live.h"

struct live_lines {
    int fd;
    bool json;        /* else for people */
    int64_t start_ns; /* from when times count */
    int64_t
        until_ns; /* when everything ends; a reader who does not read is not waited for longer */
};

/*
 * These return 0; -EPIPE when nobody reads any more; -EINTR when the harness is asked to end;
 * -ETIMEDOUT when until_ns came before there was room.
 */
int live_say_start(const struct live_lines *lines, const struct live *live, struct error *error);
int live_say_turn(const struct live_lines *lines, const struct live *live,
                  const struct live_turn *turn, struct error *error);
/* A command was carried out; what holds from the next turn on. */
int live_say_change(const struct live_lines *lines, const struct live *live, const char *command,
                    struct error *error);
int live_say_refusal(const struct live_lines *lines, const char *command, const char *why,
                     struct error *error);
int live_say_end(const struct live_lines *lines, const char *why, struct error *error);

#endif
