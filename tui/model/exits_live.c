/* SPDX-License-Identifier: MIT */
#include "tui/model/exits_live.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "tui/model/page_exits.h"
#include "tui/model/quiet_thread.h"

enum {
    CHUNK_BYTES = 1 << 20, /* are read before anything else is looked at */
    STEP_MS = 100,         /* pages are made at most so often, */
    REST_FACTOR = 4,       /* and nothing is done so many times as long as one took */
    BUSY_MS = 100,         /* whether a file that grows has grown is looked at so often, */
    IDLE_MS = 500,         /* and one that does not grow so often */
};

/* What the user wants to see. */
struct wanted {
    char path[PATH_MAX]; /* "": nothing */
    bool opened;         /* anew, since it was last looked at */
    bool held, moved;
    long steps; /* not yet gone */
    bool stopping;
};

struct exits_live {
    pthread_t thread;
    int news, wake; /* eventfds: for the drawer, for the thread */

    pthread_mutex_t lock; /* of what follows */
    struct wanted wanted;
    struct live_page *page;
};

/* What the thread alone knows. */
struct work {
    struct exits_live *live;
    struct wanted wanted;
    struct timeline_reader *reader; /* NULL: the file could not be opened */
    struct exit_record record;
    struct error error;
    size_t at;        /* the moment, while it is held */
    bool stale;       /* there is something that no page shows */
    bool behind;      /* there is more to be read at once */
    int64_t grown_ns; /* when the file was last seen to grow */
    int64_t ready_ns; /* no page before */
};

static void ring(int fd)
{
    const uint64_t one = 1;

    (void)!write(fd, &one, sizeof one);
}

static void drain(int fd)
{
    uint64_t count;

    (void)!read(fd, &count, sizeof count);
}

static void take_wishes(struct work *work)
{
    struct exits_live *live = work->live;

    pthread_mutex_lock(&live->lock);
    work->wanted = live->wanted;
    live->wanted.opened = live->wanted.moved = false;
    live->wanted.steps = 0;
    pthread_mutex_unlock(&live->lock);
}

static void start_over(struct work *work)
{
    timeline_reader_close(work->reader);
    work->reader = NULL;
    exit_record_free(&work->record);
    work->stale = true;
}

/* The file may come to be there, or to be another one, at any time. */
static void open_file(struct work *work)
{
    struct error error;

    if (work->wanted.opened || (work->reader && timeline_reader_is_over(work->reader)))
        start_over(work);
    if (work->reader || !*work->wanted.path)
        return;
    if (timeline_reader_open(&work->reader, work->wanted.path, &error) < 0) {
        work->reader = NULL;
        work->stale |= strcmp(error.text, work->error.text) != 0;
        work->error = error;
    }
}

static void read_more(struct work *work)
{
    work->behind = false;
    if (!work->reader)
        return;
    ssize_t bytes =
        timeline_reader_take(work->reader, CHUNK_BYTES, exit_record_take, &work->record);
    if (bytes > 0) {
        work->stale = work->behind = true;
        work->grown_ns = clock_now_ns();
    }
}

static void move(struct work *work)
{
    const struct wanted *wanted = &work->wanted;
    size_t count = work->record.forgotten + work->record.count;

    if (!wanted->moved || count == 0)
        return;
    bool was_held = work->at != SIZE_MAX;
    if (!wanted->held)
        work->at = SIZE_MAX;
    else if (!was_held)
        work->at = count;
    long room_before = (long)(work->at - 1), room_behind = (long)(count - work->at);
    if (wanted->held && wanted->steps < 0)
        work->at -= (size_t)(-wanted->steps < room_before ? -wanted->steps : room_before);
    else if (wanted->held)
        work->at += (size_t)(wanted->steps < room_behind ? wanted->steps : room_behind);
    work->stale = true;
    work->ready_ns = 0; /* whoever steps looks at it */
}

static void publish(struct work *work)
{
    struct exits_live *live = work->live;
    int64_t start = clock_now_ns();
    struct live_page *page = calloc(1, sizeof *page), *old;
    bool held = work->at != SIZE_MAX;

    if (held && work->at <= work->record.forgotten)
        work->at = work->record.forgotten + 1;
    if (page && work->reader)
        page_exits_fill(&page->page, &page->arena, &work->record, work->at, held);
    else if (page)
        page_exits_explain(&page->page, &page->arena, *work->wanted.path ? work->error.text : NULL);
    int64_t took = clock_now_ns() - start;
    work->stale = false;
    work->ready_ns = start + took + REST_FACTOR * took;
    if (work->ready_ns < start + STEP_MS * NS_PER_MS)
        work->ready_ns = start + STEP_MS * NS_PER_MS;
    if (!page || page->arena.failed) {
        live_page_free(page);
        return;
    }
    pthread_mutex_lock(&live->lock);
    old = live->page;
    live->page = page;
    pthread_mutex_unlock(&live->lock);
    live_page_free(old);
    ring(live->news);
}

/* How long there is nothing to do unless something is wanted; negative: for ever. */
static int rest_ms(const struct work *work)
{
    int64_t now = clock_now_ns();

    if (work->behind)
        return 0;
    if (work->stale)
        return work->ready_ns > now ? (int)((work->ready_ns - now) / NS_PER_MS) + 1 : 0;
    if (!*work->wanted.path)
        return -1;
    return now - work->grown_ns < NS_PER_S ? BUSY_MS : IDLE_MS;
}

static void *run(void *context)
{
    struct work work = {.live = context, .stale = true, .at = SIZE_MAX};

    for (;;) {
        take_wishes(&work);
        if (work.wanted.stopping)
            break;
        if (work.wanted.opened)
            work.at = SIZE_MAX;
        open_file(&work);
        read_more(&work);
        move(&work);
        if (work.stale && clock_now_ns() >= work.ready_ns)
            publish(&work);
        struct pollfd wait = {.fd = work.live->wake, .events = POLLIN};
        if (poll(&wait, 1, rest_ms(&work)) > 0)
            drain(work.live->wake);
    }
    start_over(&work);
    return NULL;
}

int exits_live_start(struct exits_live **made, struct error *error)
{
    struct exits_live *live = calloc(1, sizeof *live);

    if (!live)
        return error_set_errno(error, ENOMEM, "cannot follow a timeline");
    live->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    live->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&live->lock, NULL);
    int failed = quiet_thread_start(&live->thread, run, live);
    if (failed) {
        close(live->news);
        close(live->wake);
        free(live);
        return error_set_errno(error, failed, "cannot start the thread that follows a timeline");
    }
    *made = live;
    return 0;
}

/* Wake the thread up; the caller has the lock. */
static void tell(struct exits_live *live)
{
    pthread_mutex_unlock(&live->lock);
    ring(live->wake);
}

void exits_live_stop(struct exits_live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->lock);
    live->wanted.stopping = true;
    tell(live);
    pthread_join(live->thread, NULL);
    live_page_free(live->page);
    close(live->news);
    close(live->wake);
    pthread_mutex_destroy(&live->lock);
    free(live);
}

void exits_live_open(struct exits_live *live, const char *path)
{
    pthread_mutex_lock(&live->lock);
    live->wanted = (struct wanted){.opened = true};
    snprintf(live->wanted.path, sizeof live->wanted.path, "%s", path);
    tell(live);
}

void exits_live_hold(struct exits_live *live, bool held)
{
    pthread_mutex_lock(&live->lock);
    live->wanted.held = held;
    live->wanted.moved = true;
    live->wanted.steps = 0;
    tell(live);
}

void exits_live_step(struct exits_live *live, long exits)
{
    pthread_mutex_lock(&live->lock);
    live->wanted.held = live->wanted.moved = true;
    if (live->wanted.steps > -LONG_MAX / 2 && live->wanted.steps < LONG_MAX / 2)
        live->wanted.steps += exits;
    tell(live);
}

int exits_live_fd(const struct exits_live *live)
{
    return live->news;
}

struct live_page *exits_live_take(struct exits_live *live)
{
    drain(live->news);
    pthread_mutex_lock(&live->lock);
    struct live_page *page = live->page;
    live->page = NULL;
    pthread_mutex_unlock(&live->lock);
    return page;
}
