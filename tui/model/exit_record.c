/* SPDX-License-Identifier: MIT */
#include "tui/model/exit_record.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { EVENTS_FIRST = 1024, FILE_MAX = 256 << 20 /* bytes */ };

/* FNV-1a (Fowler, Noll, Vo). */
static uint32_t hash(const char *text)
{
    uint32_t sum = 2166136261;

    for (; *text; text++)
        sum = (sum ^ (unsigned char)*text) * 16777619;
    return sum;
}

/* The number of a name, cut to EXIT_NAME_BYTES; 0, which is "", for "" and where all are taken. */
static uint16_t number_of(struct exit_record *record, const char *text)
{
    const size_t places = sizeof record->places / sizeof *record->places;
    char name[EXIT_NAME_BYTES];

    snprintf(name, sizeof name, "%s", text);
    size_t place = hash(name) % places;
    if (!*name)
        return 0;
    for (; record->places[place]; place = (place + 1) % places)
        if (strcmp(record->names[record->places[place]], name) == 0)
            return record->places[place];
    if (record->name_count == EXIT_NAMES_MAX)
        return 0;
    memcpy(record->names[record->name_count], name, sizeof name);
    record->places[place] = (uint16_t)record->name_count;
    return (uint16_t)record->name_count++;
}

/* Where there are more than EXIT_GROUPS_MAX, the last one is of all others, and has no name. */
static uint16_t group_of(struct exit_record *record, uint16_t reason, uint16_t call)
{
    size_t i = 0;

    for (; i < record->group_count; i++)
        if (record->groups[i].reason == reason && record->groups[i].call == call)
            return (uint16_t)i;
    if (i == EXIT_GROUPS_MAX)
        return EXIT_GROUPS_MAX - 1;
    record->groups[i] =
        i == EXIT_GROUPS_MAX - 1 ? (struct exit_group){0, 0} : (struct exit_group){reason, call};
    record->group_count++;
    return (uint16_t)i;
}

static int make_room(struct exit_record *record)
{
    if (!record->names) {
        record->names = calloc(EXIT_NAMES_MAX, sizeof *record->names);
        record->name_count = 1;
        if (!record->names)
            return -ENOMEM;
    }
    if (record->count < record->room)
        return 0;
    if (record->count == EXITS_MAX) {
        memmove(record->events, record->events + EXITS_MAX / 2,
                EXITS_MAX / 2 * sizeof *record->events);
        record->forgotten += EXITS_MAX / 2;
        record->count = EXITS_MAX / 2;
        return 0;
    }
    size_t room = record->room ? 2 * record->room : EVENTS_FIRST;
    struct exit_event *more = reallocarray(record->events, room, sizeof *more);
    if (!more)
        return -ENOMEM;
    record->events = more;
    record->room = room;
    return 0;
}

int exit_record_take(void *context, const struct timeline_event *event)
{
    struct exit_record *record = context;
    double end_us = event->start_us + event->duration_us;

    if (strcmp(event->category, "syscall") != 0 && strcmp(event->category, "exit") != 0)
        return 0;
    int result = make_room(record);
    if (result < 0)
        return result;
    if (event->category[0] == 's') {
        record->call = number_of(record, event->name);
        record->call_start_us = event->start_us;
        record->call_end_us = end_us;
        return 0;
    }
    bool encloses = event->start_us <= record->call_start_us && end_us >= record->call_end_us;
    uint16_t reason = number_of(record, event->name);
    if (record->count + record->forgotten == 0)
        record->origin_us = event->start_us;
    record->events[record->count++] = (struct exit_event){
        .start_us = event->start_us,
        .duration_us = event->duration_us,
        .group = group_of(record, reason, encloses ? record->call : 0),
        .detail = number_of(record, event->detail ? event->detail : ""),
    };
    record->call = 0;
    return 0;
}

int exit_record_read(struct exit_record *record, const char *path, struct error *error)
{
    int result = timeline_file_read(path, FILE_MAX, exit_record_take, record, error);

    if (result == -ENOMEM)
        error_set_errno(error, ENOMEM, "cannot keep the exits of %.200s", path);
    return result;
}

const char *exit_record_name(const struct exit_record *record, uint16_t name)
{
    return record->names && name < record->name_count ? record->names[name] : "";
}

void exit_record_free(struct exit_record *record)
{
    free(record->events);
    free(record->names);
    *record = (struct exit_record){0};
}
