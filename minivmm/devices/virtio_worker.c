/* SPDX-License-Identifier: MIT */
/*
 * The worker: one thread for each virtio device. It waits for the driver's notifications, for the
 * host's descriptors and for its end, all with one poll(2), and serves what has come.
 */
#include <errno.h>
#include <linux/virtio_mmio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "common/clock.h"
#include "minivmm/devices/thread.h"
#include "minivmm/devices/virtio.h"

enum {
    POLL_STOP,
    POLL_HURRY,
    POLL_QUEUES,
    POLL_SOURCES = POLL_QUEUES + VIRTIO_QUEUES_MAX,
    POLL_COUNT = POLL_SOURCES + VIRTIO_SOURCES_MAX,
};

#define LAST_TURN_NS (1 * NS_PER_S)

static const struct sandbox_call worker_table[] = {
    SANDBOX_CALL(SYS_poll), SANDBOX_CALL(SYS_read), /* eventfds of notifications */
    SANDBOX_CALL(SYS_write),                        /* those of interrupts */
};
const struct sandbox_group virtio_worker_calls =
    SANDBOX_GROUP("waiting for notifications, raising interrupts", worker_table);

/* One poll(2)'s question and answer. */
struct waiting {
    struct pollfd fds[POLL_COUNT];
    bool again; /* queues are left over from the last turn */
};

/* A descriptor of -1 is skipped by poll(2): also what is not wanted, or it would tell of POLLHUP.
 */
static void want(struct pollfd *entry, int fd, short events)
{
    *entry = (struct pollfd){.fd = events ? fd : -1, .events = events};
}

/* With the lock held: what to wait for next. */
static void prepare(const struct virtio_device *device, struct waiting *waiting)
{
    bool live = virtio_is_live(device);

    want(&waiting->fds[POLL_STOP], device->stop_fd, POLLIN);
    want(&waiting->fds[POLL_HURRY], -1, 0);
    for (unsigned i = 0; i < VIRTIO_QUEUES_MAX; i++)
        want(&waiting->fds[POLL_QUEUES + i], device->notify_fd[i], POLLIN);
    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++)
        want(&waiting->fds[POLL_SOURCES + i], device->sources[i].fd,
             live || device->sources[i].always ? device->sources[i].events : 0);
    waiting->again = live && device->again;
}

/*
 * Serve, and prepare the next wait. queues: a bit for each that was notified, beside those left
 * over. Notifications were drained before, so that one that comes meanwhile wakes us again.
 */
static void serve(struct virtio_device *device, uint32_t queues, struct waiting *waiting)
{
    pthread_mutex_lock(&device->turn);
    pthread_mutex_lock(&device->lock);
    pthread_mutex_unlock(&device->turn);

    queues |= device->again;
    device->again = 0;
    for (unsigned i = 0; i < device->queues_count; i++) {
        device->taken = 0;
        if ((queues >> i & 1) && device->queues[i].ready && virtio_is_live(device))
            device->kind->serve(device, i);
    }
    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++) {
        short events = waiting->fds[POLL_SOURCES + i].revents;
        device->taken = 0;
        if (events && device->sources[i].events &&
            (device->sources[i].always || virtio_is_live(device)))
            device->kind->ready(device, i, events);
    }

    /* One interrupt for all that was given back. */
    bool wanted = false;
    for (unsigned i = 0; i < device->queues_count; i++)
        wanted |= virtqueue_wants_interrupt(&device->queues[i]);
    if (wanted && virtio_is_live(device)) {
        device->interrupts++;
        device->transport->interrupt(device, VIRTIO_MMIO_INT_VRING);
    }
    prepare(device, waiting);
    virtio_unlock(device);
}

/* Wait once. Returns the queues that were notified. */
static uint32_t wait(struct virtio_device *device, struct waiting *waiting)
{
    uint32_t queues = 0;
    uint64_t count;

    if (poll(waiting->fds, POLL_COUNT, waiting->again ? 0 : -1) < 0) {
        for (unsigned i = 0; i < POLL_COUNT; i++)
            waiting->fds[i].revents = 0;
        return 0;
    }
    for (unsigned i = 0; i < device->queues_count; i++)
        if (waiting->fds[POLL_QUEUES + i].revents &&
            read(device->notify_fd[i], &count, sizeof count) > 0)
            queues |= UINT32_C(1) << i;
    return queues;
}

/*
 * The end: no vCPU runs any more. What the driver has handed over before gets one more turn, so
 * that it does not depend on chance whether a guest's last frame is sent. A program's last output
 * may have a slow reader; devices for which that matters have pending() and get more turns. None is
 * long, whatever a hostile driver has left in its queues: the next look at hurry_fd is near.
 */
static void finish(struct virtio_device *device, struct waiting *waiting)
{
    const bool patient = device->kind->pending && device->hurry_fd >= 0;
    uint32_t queues = UINT32_MAX;

    memset(waiting, 0, sizeof *waiting);
    do {
        device->deadline_ns = clock_now_ns() + LAST_TURN_NS;
        serve(device, queues, waiting);
        queues = 0;
        if (!patient || !virtio_is_live(device) ||
            !(waiting->again || device->kind->pending(device)))
            break;
        /* Only for what can be written. Input is somebody else's from here on. */
        for (unsigned i = 0; i < POLL_COUNT; i++)
            if (!(waiting->fds[i].events & POLLOUT))
                waiting->fds[i].fd = -1;
        want(&waiting->fds[POLL_HURRY], device->hurry_fd, POLLIN);
        wait(device, waiting);
    } while (!waiting->fds[POLL_HURRY].revents);
    device->deadline_ns = 0;
}

static void *work(void *argument)
{
    struct virtio_device *device = argument;
    const struct sandbox_group *groups[] = {&virtio_worker_calls, &sandbox_basics,
                                            device->kind->calls, NULL};
    struct waiting waiting = {0};
    struct error error;

    prctl(PR_SET_NAME, device->kind->name); /* as `top -H` shows it */
    if (device->sandbox && sandbox_thread(groups, &error) < 0) {
        control_fail(device->control, &error);
        return NULL;
    }
    virtio_lock(device);
    prepare(device, &waiting);
    virtio_unlock(device);
    for (;;) {
        uint32_t queues = wait(device, &waiting);
        if (waiting.fds[POLL_STOP].revents)
            break;
        device->wakes++;
        serve(device, queues, &waiting);
    }
    atomic_fetch_sub(&device->wanted, 1); /* virtio_stop()'s, to end a long turn */
    finish(device, &waiting);
    return NULL;
}

int virtio_start(struct virtio_device *device, bool sandbox, struct error *error)
{
    device->sandbox = sandbox;
    int result = thread_start(&device->worker, work, device, device->kind->name, error);
    device->running = result == 0;
    return result;
}

void virtio_stop(struct virtio_device *device, int hurry_fd)
{
    const uint64_t one = 1;

    if (!device->running)
        return;
    device->hurry_fd = hurry_fd;
    atomic_fetch_add(&device->wanted, 1);
    if (write(device->stop_fd, &one, sizeof one) < 0) { /* an empty counter takes a 1 */
    }
    pthread_join(device->worker, NULL);
    device->running = false;
}
