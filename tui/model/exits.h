/* SPDX-License-Identifier: MIT */
/*
 * The exits in a timeline that `minivmm --timeline` wrote (docs/formats.md, "Timeline"), gathered
 * by reason. The file is not trusted: it is bounded, and lines that are no exit are passed over.
 */
#ifndef VIRTLAB_TUI_EXITS_H
#define VIRTLAB_TUI_EXITS_H

#include <stddef.h>

#include "common/error.h"

enum { EXITS_REASONS_MAX = 64, EXITS_NAME_MAX = 48 };

struct exit_reason {
    char name[EXITS_NAME_MAX]; /* may be hostile */
    double *durations_us;      /* ascending */
    size_t count, room;
    double sum_us;
};

struct exits {
    struct exit_reason reasons[EXITS_REASONS_MAX]; /* the most costly first */
    size_t reason_count, count;
    size_t left_out;          /* events of more reasons than there is room for */
    double first_us, last_us; /* from the start of the first to the end of the last */
    double sum_us;
};

/* Errors: the file cannot be read; -ENOMEM. exits_free() in any case. */
int exits_read(struct exits *exits, const char *path, struct error *error);
void exits_free(struct exits *exits);

#endif
