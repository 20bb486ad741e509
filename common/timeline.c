/* SPDX-License-Identifier: MIT */
#include "common/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/text.h"

enum { RING_SLOTS = 8192, NAME_BYTES = 40, DETAIL_BYTES = 72 };
enum { FLUSH_NS = 100 * NS_PER_MS }; /* whoever follows the file lags behind by no more than that */

/* Copies, not pointers: a slot that a forked child filled must mean the same to its parent. */
struct slot {
    atomic_bool ready;
    int category;
    int pid, thread;
    int64_t start_ns, duration_ns;
    char name[NAME_BYTES], detail[DETAIL_BYTES];
};

struct ring {
    atomic_uint_fast64_t next; /* the slot that the next event takes, counted from the start */
    atomic_uint_fast64_t lost;
    atomic_uint_fast64_t written; /* slots below this one have been written and may be used again */
    struct slot slots[RING_SLOTS];
};

struct timeline {
    struct ring *ring;
    FILE *file;
    pid_t owner;
    bool first;
    int64_t flushed_ns; /* when the file last had everything; 0: not yet */
};

static const char *const category_names[] = {
    [TRACE_STAGE] = "stage",
    [TRACE_EXIT] = "exit",
    [TRACE_SYSCALL] = "syscall",
    [TRACE_STEP] = "step",
};

int timeline_open(struct timeline **timeline, const char *path, struct error *error)
{
    struct timeline *new = calloc(1, sizeof *new);
    if (!new)
        return error_set_errno(error, ENOMEM, "cannot make a timeline");
    new->owner = getpid();
    new->first = true;
    new->ring =
        mmap(NULL, sizeof *new->ring, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (new->ring == MAP_FAILED) {
        free(new);
        return error_set_errno(error, ENOMEM, "cannot make a timeline");
    }
    new->file = fopen(path, "we");
    if (!new->file) {
        int errnum = errno;
        munmap(new->ring, sizeof *new->ring);
        free(new);
        return error_set_errno(error, errnum, "cannot write the timeline '%s'", path);
    }
    *timeline = new;
    return 0;
}

static void write_event(struct timeline *timeline, const struct slot *slot)
{
    FILE *file = timeline->file;

    fputs(timeline->first ? "[\n{\"name\":" : ",\n{\"name\":", file);
    timeline->first = false;
    text_print_json(file, slot->name);
    /* ts and dur are in microseconds with a fraction: integers of nanoseconds lose nothing. */
    fprintf(file, ",\"cat\":\"%s\",\"ph\":\"X\",\"ts\":%lld.%03d,\"dur\":%lld.%03d",
            category_names[slot->category], (long long)(slot->start_ns / NS_PER_US),
            (int)(slot->start_ns % NS_PER_US), (long long)(slot->duration_ns / NS_PER_US),
            (int)(slot->duration_ns % NS_PER_US));
    fprintf(file, ",\"pid\":%d,\"tid\":%d", slot->pid, slot->thread);
    if (slot->detail[0]) {
        fputs(",\"args\":{\"detail\":", file);
        text_print_json(file, slot->detail);
        fputc('}', file);
    }
    fputc('}', file);
}

static void write_ready(struct timeline *timeline)
{
    struct ring *ring = timeline->ring;

    for (;;) {
        uint64_t at = atomic_load(&ring->written);
        struct slot *slot = &ring->slots[at % RING_SLOTS];
        if (at == atomic_load(&ring->next) || !atomic_load(&slot->ready))
            break;
        write_event(timeline, slot);
        atomic_store(&slot->ready, false);
        atomic_store(&ring->written, at + 1);
    }
}

/* Told by the clock that the event was taken with: asking it again would cost more than the event.
 */
static void write_when_due(struct timeline *timeline, int64_t now_ns)
{
    struct ring *ring = timeline->ring;

    if (timeline->flushed_ns == 0)
        timeline->flushed_ns = now_ns;
    if (now_ns - timeline->flushed_ns >= FLUSH_NS) {
        write_ready(timeline);
        fflush(timeline->file);
        timeline->flushed_ns = now_ns;
    } else if (atomic_load(&ring->next) - atomic_load(&ring->written) >= RING_SLOTS / 2) {
        write_ready(timeline);
    }
}

void timeline_add(struct timeline *timeline, const struct trace_event *event)
{
    struct ring *ring = timeline->ring;
    bool owner = getpid() == timeline->owner;
    uint64_t at;

    /* Take a number only when its slot is free: a number once taken must be filled. */
    do {
        at = atomic_load(&ring->next);
        if (at - atomic_load(&ring->written) >= RING_SLOTS) {
            atomic_fetch_add(&ring->lost, 1);
            return;
        }
    } while (!atomic_compare_exchange_weak(&ring->next, &at, at + 1));

    struct slot *slot = &ring->slots[at % RING_SLOTS];
    slot->category = event->category;
    slot->pid = getpid();
    slot->thread = gettid();
    slot->start_ns = event->start_ns;
    slot->duration_ns = event->duration_ns;
    snprintf(slot->name, sizeof slot->name, "%s", event->step->name);
    snprintf(slot->detail, sizeof slot->detail, "%s", event->detail ? event->detail : "");
    atomic_store(&slot->ready, true);

    if (owner)
        write_when_due(timeline, event->start_ns + event->duration_ns);
}

int timeline_close(struct timeline *timeline, struct error *error)
{
    int result = 0;

    if (!timeline)
        return 0;
    write_ready(timeline);
    fputs(timeline->first ? "[]\n" : "\n]\n", timeline->file);

    unsigned long long lost = atomic_load(&timeline->ring->lost);
    bool failed = ferror(timeline->file) != 0;
    failed |= fclose(timeline->file) != 0;
    if (failed)
        result = error_set_errno(error, errno ? errno : EIO, "the timeline could not be written");
    else if (lost > 0)
        result = error_set(error, ENOSPC, "the timeline lost %llu events", lost);
    munmap(timeline->ring, sizeof *timeline->ring);
    free(timeline);
    return result;
}
