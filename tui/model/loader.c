/* SPDX-License-Identifier: MIT */
#include "tui/model/loader.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "common/clock.h"
#include "tui/model/quiet_thread.h"
#include "tui/model/source.h"

enum {
    STEP_MS = 200,   /* states are made at most so often, */
    REST_FACTOR = 4, /* and the thread rests so many times as long as one took */
    LIVE_MS = 1000,  /* whether the harness of a run still lives is looked at so often */
    REPLAY_MS = 100,
};

struct loader {
    pthread_t thread;
    int news, wake; /* eventfds: for the drawer, for the thread */
    int watch;      /* inotify */
    struct loader_wish wish;

    pthread_mutex_t lock; /* of what follows */
    struct state *state;
    struct run_progress progress;
    char folder[PATH_MAX]; /* wanted */
    bool changed, held, stopping;
};

/* What the thread alone knows. */
struct work {
    struct loader *loader;
    struct source source;
    char real[PATH_MAX]; /* where the folder's name leads */
    struct run_progress progress;
    size_t shown;
    int64_t played_ns, clock_ns; /* of a replay */
    int64_t ready_ns;            /* no state before */
    bool stale;                  /* there is something that no state has yet */
};

static void ring(int fd)
{
    const uint64_t one = 1;

    (void)!write(fd, &one, sizeof one);
}

static void drain(int fd)
{
    char bytes[4096];

    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

static void watch_folders(struct work *work)
{
    struct loader *loader = work->loader;

    if (loader->watch >= 0)
        close(loader->watch);
    loader->watch = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    inotify_add_watch(loader->watch, work->source.folder,
                      IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_DELETE);
    inotify_add_watch(loader->watch, work->source.root, IN_CREATE | IN_MOVED_TO | IN_DELETE);
}

static void open_folder(struct work *work, const char *folder)
{
    char name[PATH_MAX];

    snprintf(name, sizeof name, "%s", folder);
    source_close(&work->source);
    source_open(&work->source, name, work->loader->wish.timeline);
    if (!realpath(name, work->real))
        work->real[0] = '\0';
    watch_folders(work);
    work->stale = true;
    work->shown = SIZE_MAX;
    work->played_ns = 0;
    work->clock_ns = clock_now_ns();
    if (work->loader->wish.replay) {
        source_read(&work->source);
        work->shown = 0;
        work->stale = source_prepare_replay(&work->source);
    }
}

/* "latest" may point to another run by now. */
static bool leads_elsewhere(const struct work *work)
{
    char real[PATH_MAX];

    return realpath(work->source.folder, real) && strcmp(real, work->real) != 0;
}

static void play(struct work *work, bool held)
{
    int64_t now = clock_now_ns();

    if (!held)
        work->played_ns += (int64_t)((double)(now - work->clock_ns) * work->loader->wish.speed);
    work->clock_ns = now;
    size_t shown = source_count_at(&work->source, work->played_ns);
    work->stale |= shown != work->shown;
    work->shown = shown;
}

static bool is_over(const struct work *work)
{
    return work->shown == work->source.results.sample_count;
}

static void publish_progress(struct work *work)
{
    struct run_progress progress;
    struct loader *loader = work->loader;

    run_progress_read(&progress, work->source.folder);
    if (memcmp(&progress, &work->progress, sizeof progress) == 0)
        return;
    work->progress = progress;
    pthread_mutex_lock(&loader->lock);
    loader->progress = progress;
    pthread_mutex_unlock(&loader->lock);
    ring(loader->news);
}

static void publish_state(struct work *work)
{
    struct loader *loader = work->loader;
    int64_t start = clock_now_ns();
    struct state *state = source_make_state(&work->source, work->shown);
    int64_t took = clock_now_ns() - start;
    struct state *old;

    work->stale = false;
    work->ready_ns = start + took + REST_FACTOR * took;
    if (work->ready_ns < start + STEP_MS * NS_PER_MS)
        work->ready_ns = start + STEP_MS * NS_PER_MS;
    if (!state)
        return;
    pthread_mutex_lock(&loader->lock);
    old = loader->state;
    loader->state = state;
    pthread_mutex_unlock(&loader->lock);
    state_free(old);
    ring(loader->news);
}

/* How long there is nothing to do unless something happens; negative: for ever. */
static int rest_ms(const struct work *work, bool held)
{
    int64_t until_ready = work->ready_ns - clock_now_ns();

    if (work->stale)
        return until_ready > 0 ? (int)(until_ready / NS_PER_MS) + 1 : 0;
    if (work->loader->wish.replay)
        return held || is_over(work) ? -1 : REPLAY_MS;
    if (work->progress.state == RUN_RUNNING || work->progress.state == RUN_PAUSED ||
        !work->source.file)
        return LIVE_MS;
    return -1;
}

static void *run(void *context)
{
    struct work work = {.loader = context};
    struct loader *loader = context;
    bool stopping = false;

    while (!stopping) {
        char folder[PATH_MAX];
        pthread_mutex_lock(&loader->lock);
        bool changed = loader->changed, held = loader->held;
        stopping = loader->stopping;
        loader->changed = false;
        memcpy(folder, loader->folder, sizeof folder);
        pthread_mutex_unlock(&loader->lock);
        if (stopping)
            break;
        if (changed || leads_elsewhere(&work) || source_is_over(&work.source))
            open_folder(&work, folder);
        if (loader->wish.replay)
            play(&work, held);
        else if (source_read(&work.source))
            work.stale = true;
        if (!loader->wish.replay)
            publish_progress(&work);
        if (work.stale && clock_now_ns() >= work.ready_ns)
            publish_state(&work);

        struct pollfd waits[] = {
            {.fd = loader->wake,  .events = POLLIN},
            {.fd = loader->watch, .events = POLLIN},
        };
        poll(waits, 2, rest_ms(&work, held));
        if (waits[0].revents)
            drain(loader->wake);
        if (waits[1].revents) {
            drain(loader->watch);
            work.stale |= !work.source.file; /* the list of folders changed, it may be */
        }
    }
    source_close(&work.source);
    return NULL;
}

int loader_start(struct loader **made, const struct loader_wish *wish, struct error *error)
{
    struct loader *loader = calloc(1, sizeof *loader);

    if (!loader)
        return error_set_errno(error, ENOMEM, "cannot read results");
    loader->wish = *wish;
    loader->progress = (struct run_progress){.state = RUN_NONE, .left_s = -1};
    loader->watch = -1;
    loader->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    loader->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    snprintf(loader->folder, sizeof loader->folder, "%s", wish->folder);
    loader->changed = true;
    pthread_mutex_init(&loader->lock, NULL);
    int failed = quiet_thread_start(&loader->thread, run, loader);
    if (failed) {
        close(loader->news);
        close(loader->wake);
        free(loader);
        return error_set_errno(error, failed, "cannot start the thread that reads results");
    }
    *made = loader;
    return 0;
}

void loader_stop(struct loader *loader)
{
    if (!loader)
        return;
    pthread_mutex_lock(&loader->lock);
    loader->stopping = true;
    pthread_mutex_unlock(&loader->lock);
    ring(loader->wake);
    pthread_join(loader->thread, NULL);
    state_free(loader->state);
    close(loader->news);
    close(loader->wake);
    if (loader->watch >= 0)
        close(loader->watch);
    pthread_mutex_destroy(&loader->lock);
    free(loader);
}

int loader_fd(const struct loader *loader)
{
    return loader->news;
}

struct state *loader_take(struct loader *loader, struct run_progress *progress)
{
    drain(loader->news);
    pthread_mutex_lock(&loader->lock);
    struct state *state = loader->state;
    loader->state = NULL;
    *progress = loader->progress;
    pthread_mutex_unlock(&loader->lock);
    return state;
}

void loader_open(struct loader *loader, const char *folder)
{
    pthread_mutex_lock(&loader->lock);
    snprintf(loader->folder, sizeof loader->folder, "%s", folder);
    loader->changed = true;
    pthread_mutex_unlock(&loader->lock);
    ring(loader->wake);
}

void loader_hold(struct loader *loader, bool held)
{
    pthread_mutex_lock(&loader->lock);
    loader->held = held;
    pthread_mutex_unlock(&loader->lock);
    ring(loader->wake);
}
