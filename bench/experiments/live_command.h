/* SPDX-License-Identifier: MIT */
/* What is said to `virtlab live`, a line at a time, by a person, a file or the dashboard. */
#ifndef VIRTLAB_LIVE_COMMAND_H
#define VIRTLAB_LIVE_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum live_verb {
    LIVE_NOTHING, /* an empty line, or one that starts with # */
    LIVE_START,   /* start NAME: one antagonist */
    LIVE_STOP,    /* stop [NAME]: one, or all */
    LIVE_LIMITS,  /* limits on|off */
    LIVE_WAIT,    /* wait SECONDS: until the next command is read */
    LIVE_QUIT,
};

struct live_command {
    enum live_verb verb;
    unsigned antagonist; /* 0 with LIVE_STOP: all of them */
    bool on;
    int64_t wait_ns;
};

/* Errors: a sentence that says what there is instead. */
int live_command_parse(const char *line, struct live_command *command, struct error *error);

enum { LIVE_LINE_MAX = 256 };

/* Standard input, read without ever waiting for it. */
struct live_input {
    char line[LIVE_LINE_MAX];
    size_t used;
    bool too_long; /* of the line that comes in, the end is passed over */
    bool ended;
};

/*
 * The next whole line, cut at LIVE_LINE_MAX - 1 bytes, ended by '\0', into line. false: none is
 * there yet, or input->ended. What stands behind the last newline when input ends is a line.
 */
bool live_input_next(struct live_input *input, int fd, char line[LIVE_LINE_MAX], bool *too_long);

#endif
