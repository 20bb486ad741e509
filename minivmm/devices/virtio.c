/* SPDX-License-Identifier: MIT */
/* What all virtio devices have in common: features, status, queues, and who holds the lock. */
#include "minivmm/devices/virtio.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/clock.h"

/* What every device here can do. VERSION_1: there is no legacy interface. */
#define COMMON_FEATURES                                                                            \
    ((UINT64_C(1) << VIRTIO_F_VERSION_1) | (UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC) |          \
     (UINT64_C(1) << VIRTIO_RING_F_EVENT_IDX))

/* All that a driver may say about itself. */
#define DRIVER_STATUS                                                                              \
    (VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER | VIRTIO_CONFIG_S_FEATURES_OK |          \
     VIRTIO_CONFIG_S_DRIVER_OK | VIRTIO_CONFIG_S_FAILED)

/* Buffers of one queue at a stretch. */
enum { TURN_BUFFERS_MAX = VIRTQUEUE_SIZE_MAX };

static int open_event(int *fd)
{
    *fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return *fd < 0 ? -errno : 0;
}

int virtio_create(struct virtio_device **result, const struct virtio_kind *kind, void *state,
                  unsigned queues, uint16_t size, uint64_t features, struct error *error)
{
    struct virtio_device *device = calloc(1, sizeof *device);

    if (!device)
        return error_set_errno(error, ENOMEM, "cannot make a device (%s)", kind->name);
    device->kind = kind;
    device->offered = features | COMMON_FEATURES;
    device->queues_count = queues;
    device->queue_size_max = size;
    device->hurry_fd = device->stop_fd = -1;
    for (unsigned i = 0; i < VIRTIO_QUEUES_MAX; i++)
        device->notify_fd[i] = -1;
    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++)
        device->sources[i].fd = -1;
    pthread_mutex_init(&device->turn, NULL);
    pthread_mutex_init(&device->lock, NULL);

    int failed = open_event(&device->stop_fd);
    for (unsigned i = 0; i < queues && !failed; i++)
        failed = open_event(&device->notify_fd[i]);
    if (failed) {
        virtio_destroy(device);
        return error_set_errno(error, -failed, "cannot make an eventfd (%s)", kind->name);
    }
    device->state = state;
    *result = device;
    return 0;
}

void virtio_destroy(struct virtio_device *device)
{
    if (!device)
        return;
    virtio_stop(device, -1);
    if (device->state && device->kind->destroy)
        device->kind->destroy(device);
    if (device->transport)
        device->transport->destroy(device);
    for (unsigned i = 0; i < device->queues_count; i++)
        if (device->notify_fd[i] >= 0)
            close(device->notify_fd[i]);
    if (device->stop_fd >= 0)
        close(device->stop_fd);
    pthread_mutex_destroy(&device->lock);
    pthread_mutex_destroy(&device->turn);
    free(device);
}

/* --- who holds the lock ---------------------------------------------------------------------- */

/*
 * A mutex is given to whoever asks at the right moment, and a worker that lets go and asks again at
 * once would always win. So the lock is asked for with turn held: while a vCPU waits for the lock,
 * the worker waits for turn.
 */
void virtio_lock(struct virtio_device *device)
{
    atomic_fetch_add(&device->wanted, 1);
    pthread_mutex_lock(&device->turn);
    pthread_mutex_lock(&device->lock);
    pthread_mutex_unlock(&device->turn);
    atomic_fetch_sub(&device->wanted, 1);
}

void virtio_unlock(struct virtio_device *device)
{
    pthread_mutex_unlock(&device->lock);
}

bool virtio_is_wanted(const struct virtio_device *device)
{
    return atomic_load_explicit(&device->wanted, memory_order_relaxed) > 0 ||
           (device->deadline_ns && clock_now_ns() > device->deadline_ns);
}

/* --- status ---------------------------------------------------------------------------------- */

bool virtio_is_live(const struct virtio_device *device)
{
    const uint32_t needed = VIRTIO_CONFIG_S_FEATURES_OK | VIRTIO_CONFIG_S_DRIVER_OK;
    const uint32_t ended = VIRTIO_CONFIG_S_NEEDS_RESET | VIRTIO_CONFIG_S_FAILED;

    return (device->status & (needed | ended)) == needed;
}

static void reset(struct virtio_device *device)
{
    device->status = 0;
    device->accepted = 0;
    device->again = 0;
    for (unsigned i = 0; i < device->queues_count; i++)
        virtqueue_reset(&device->queues[i]);
    if (device->kind->reset)
        device->kind->reset(device);
}

void virtio_set_status(struct virtio_device *device, uint32_t status)
{
    if (status == 0) {
        reset(device);
        return;
    }
    uint32_t added = status & DRIVER_STATUS & ~device->status;
    /* 3.1.1: features that we cannot live with are refused by not taking the bit over. */
    if ((added & VIRTIO_CONFIG_S_FEATURES_OK) &&
        ((device->accepted & ~device->offered) ||
         !(device->accepted & UINT64_C(1) << VIRTIO_F_VERSION_1)))
        added &= ~(uint32_t)VIRTIO_CONFIG_S_FEATURES_OK;
    if (!((device->status | added) & VIRTIO_CONFIG_S_FEATURES_OK))
        added &= ~(uint32_t)VIRTIO_CONFIG_S_DRIVER_OK;
    device->status |= added; /* 2.1.1: a driver takes no bit back but by a reset */
    /* Buffers may be there already; who gave them need not say it again. */
    if (added & VIRTIO_CONFIG_S_DRIVER_OK)
        for (unsigned i = 0; i < device->queues_count; i++)
            virtio_notify(device, i);
}

bool virtio_enable_queue(struct virtio_device *device, unsigned number)
{
    struct virtqueue *queue = &device->queues[number];

    /* 3.1.1: after the features are settled, before the driver says that it is ready. */
    if (queue->ready || !(device->status & VIRTIO_CONFIG_S_FEATURES_OK) ||
        (device->status & VIRTIO_CONFIG_S_DRIVER_OK) || queue->size > device->queue_size_max)
        return false;
    queue->ram = device->ram;
    queue->indirect = device->accepted >> VIRTIO_RING_F_INDIRECT_DESC & 1;
    queue->event_idx = device->accepted >> VIRTIO_RING_F_EVENT_IDX & 1;
    return virtqueue_enable(queue);
}

void virtio_break(struct virtio_device *device)
{
    if (device->status & VIRTIO_CONFIG_S_NEEDS_RESET)
        return;
    device->status |= VIRTIO_CONFIG_S_NEEDS_RESET;
    device->transport->changed(device);
    device->transport->interrupt(device, VIRTIO_MMIO_INT_CONFIG); /* 2.1.2 */
}

void virtio_change_config(struct virtio_device *device, unsigned offset, const void *value,
                          unsigned bytes)
{
    memcpy(device->config + offset, value, bytes);
    device->transport->configure(device, offset, bytes);
    if (virtio_is_live(device))
        device->transport->interrupt(device, VIRTIO_MMIO_INT_CONFIG);
}

void virtio_notify(struct virtio_device *device, uint32_t queue)
{
    const uint64_t one = 1;

    /* What cannot be added to the counter has been said already. */
    if (queue < device->queues_count && write(device->notify_fd[queue], &one, sizeof one) < 0)
        return;
}

/* --- buffers --------------------------------------------------------------------------------- */

bool virtio_take(struct virtio_device *device, unsigned number, struct virtqueue_buffer *buffer)
{
    struct virtqueue *queue = &device->queues[number];

    if (virtio_is_wanted(device) || device->taken == TURN_BUFFERS_MAX) {
        device->again |= UINT32_C(1) << number;
        return false;
    }
    virtqueue_silence(queue);
    int result = virtqueue_take(queue, buffer);
    if (result == 0 && virtqueue_listen(queue)) {
        virtqueue_silence(queue);
        result = virtqueue_take(queue, buffer);
    }
    if (result < 0)
        virtio_break(device);
    if (result <= 0)
        return false;
    device->taken++;
    return true;
}

void virtio_untake(struct virtio_device *device, unsigned number)
{
    virtqueue_untake(&device->queues[number]);
}

void virtio_give(struct virtio_device *device, unsigned number,
                 const struct virtqueue_buffer *buffer, uint64_t written)
{
    device->buffers++;
    virtqueue_give(&device->queues[number], buffer->head,
                   written > UINT32_MAX ? UINT32_MAX : (uint32_t)written);
}
