/* SPDX-License-Identifier: MIT */
/*
 * The exits of a machine, one by one in the order in which they ended, as they come out of a
 * timeline (docs/formats.md, "Timeline") that may still grow. What they were up to any moment can
 * be worked out from it. Names come from the file and may be hostile.
 */
#ifndef VIRTLAB_TUI_EXIT_RECORD_H
#define VIRTLAB_TUI_EXIT_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "bench/results/timeline_file.h"

enum {
    EXITS_MAX = 1 << 20, /* kept; of more than that, the older half is forgotten */
    EXIT_GROUPS_MAX = 128,
    EXIT_NAMES_MAX = 4096,
    EXIT_NAME_BYTES = 64,
};

/* Exits of one reason, and where it was a system call of the guest, of that call. */
struct exit_group {
    uint16_t reason, call; /* names; call 0: none */
};

struct exit_event {
    double start_us, duration_us;
    uint16_t group, detail;
};

struct exit_record {
    struct exit_event *events;
    size_t count, room;
    size_t forgotten; /* exits before the first one that is kept */
    double origin_us; /* when the first of all exits began */
    struct exit_group groups[EXIT_GROUPS_MAX];
    size_t group_count;
    char (*names)[EXIT_NAME_BYTES]; /* 0 is "" */
    size_t name_count;
    uint16_t places[2 * EXIT_NAMES_MAX]; /* a hash table of names */
    /* The system call that was seen last: its exit comes behind it, and encloses it. */
    double call_start_us, call_end_us;
    uint16_t call;
};

/* A timeline_take: keeps what is an exit, and passes over the rest. Returns -ENOMEM or 0. */
int exit_record_take(void *record, const struct timeline_event *event);

/* The whole of the timeline at path. Errors: it cannot be read; -ENOMEM. */
int exit_record_read(struct exit_record *record, const char *path, struct error *error);

const char *exit_record_name(const struct exit_record *record, uint16_t name);

/* Start again with nothing; also how it starts after {0}, and ends. */
void exit_record_free(struct exit_record *record);

#endif
