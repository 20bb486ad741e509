/* SPDX-License-Identifier: MIT */
/*
 * A virtio device: what all kinds have in common (virtio 1.2, chapter 2), apart from the transport
 * that makes it visible in the guest (virtio_mmio.h).
 *
 *     virtio_blk_create() …   a device of some kind
 *     virtio_mmio_plug()      a place in the machine: registers, interrupt, notifications
 *     virtio_start()          its thread, the worker
 *     virtio_stop()           once no vCPU runs any more: what the driver has handed over is served
 *     virtio_destroy()
 *
 * A notification of the driver wakes the worker by an ioeventfd, without an exit to this process.
 * The worker holds the device's lock while it serves, and so does the transport while it changes
 * the device's state: a kind of device needs no lock. The transport never waits for more than one
 * piece of the worker's work (virtio_is_wanted()).
 */
#ifndef MINIVMM_VIRTIO_H
#define MINIVMM_VIRTIO_H

#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "minivmm/devices/control.h"
#include "minivmm/devices/sandbox.h"
#include "minivmm/devices/virtqueue.h"

enum {
    VIRTIO_QUEUES_MAX = 16,
    VIRTIO_SOURCES_MAX = 9,
    VIRTIO_CONFIG_MAX = 64, /* bytes of a device's own configuration space */
};

struct virtio_device;

/* What makes a kind of device: a disk, a network card, a console, a source of entropy. */
struct virtio_kind {
    const char *name;
    uint32_t id; /* virtio 1.2, chapter 5 */
    /*
     * The driver may have put buffers into a queue: take them with virtio_take(), give them back
     * with virtio_give(). A queue for the host's input: want the source's events again.
     */
    void (*serve)(struct virtio_device *device, unsigned queue);
    /* One of the host's descriptors (sources) has what was wanted of it. NULL: there is none. */
    void (*ready)(struct virtio_device *device, unsigned source, short events);
    /* Back to the state after power-on; on a vCPU's thread, so without system calls. NULL: nothing
     * but the queues. */
    void (*reset)(struct virtio_device *device);
    /* Whether the host still has to take output, for which stopping should wait. NULL: never. */
    bool (*pending)(const struct virtio_device *device);
    /* Give back what the kind holds. NULL: nothing. */
    void (*destroy)(struct virtio_device *device);
    /* What the worker may call beside what all workers need (virtio_worker_calls). NULL: none. */
    const struct sandbox_group *calls;
};

/* A descriptor of the host that the worker waits for with poll(2). */
struct virtio_source {
    int fd;       /* -1: none */
    short events; /* wanted: POLLIN, POLLOUT; 0: none, not even POLLHUP. The kind changes it */
    bool always;  /* wanted also while no driver is ready: it is the host's own affair */
};

/* How the device reaches its driver. Called by the worker. */
struct virtio_transport {
    void (*interrupt)(struct virtio_device *device, uint32_t bits); /* VIRTIO_MMIO_INT_ */
    void (*changed)(struct virtio_device *device);                  /* status */
    void (*configure)(struct virtio_device *device, unsigned offset, unsigned bytes);
    void (*destroy)(struct virtio_device *device); /* on virtio_destroy() */
};

struct virtio_device {
    const struct virtio_kind *kind;
    void *state; /* the kind's own */
    const struct virtio_transport *transport;
    void *transport_state;
    const struct ram *ram;
    struct control *control;

    /* Who wants the lock goes through turn, so that the worker cannot take it again and again. */
    pthread_mutex_t turn, lock;
    atomic_uint wanted; /* how many wait for it */

    uint64_t offered;        /* features, with those that all devices have (virtio_create()) */
    uint64_t accepted;       /* by the driver */
    _Atomic uint32_t status; /* 2.1 */
    uint8_t config[VIRTIO_CONFIG_MAX]; /* little-endian, as the driver sees it */
    unsigned config_bytes;

    unsigned queues_count;
    uint16_t queue_size_max;
    struct virtqueue queues[VIRTIO_QUEUES_MAX];
    int notify_fd[VIRTIO_QUEUES_MAX]; /* ioeventfds */
    uint32_t again;                   /* queues to be served once more, one bit each */
    unsigned taken;                   /* buffers of one queue, in this turn */

    struct virtio_source sources[VIRTIO_SOURCES_MAX];

    pthread_t worker;
    bool running, sandbox;
    int stop_fd, hurry_fd;               /* virtio_stop() */
    int64_t deadline_ns;                 /* of a turn after virtio_stop(); 0: none. The worker's */
    uint64_t wakes, interrupts, buffers; /* for statistics: written by the worker */
};

/* What every worker's system call filter has. */
extern const struct sandbox_group virtio_worker_calls;

/*
 * For constructors of kinds: a device with so many queues of at most size entries, no sources, and
 * the features that all devices have beside features. Error: -ENOMEM, and what eventfd(2) says;
 * state is then still the caller's.
 */
int virtio_create(struct virtio_device **device, const struct virtio_kind *kind, void *state,
                  unsigned queues, uint16_t size, uint64_t features, struct error *error);

/* Start the worker. sandbox: with its system call filter. */
int virtio_start(struct virtio_device *device, bool sandbox, struct error *error);

/*
 * End the worker, after it has served once more what is in the queues, for a second at most. Only
 * once no vCPU runs. Does nothing where the worker does not run.
 * hurry_fd: wait for the host's readers to take what the guest has written before, until this
 * descriptor becomes readable; -1: do not wait.
 */
void virtio_stop(struct virtio_device *device, int hurry_fd);

/* In any state; NULL is allowed. */
void virtio_destroy(struct virtio_device *device);

/* The driver has finished its set-up (DRIVER_OK) and nothing is broken: the queues may be used. */
bool virtio_is_live(const struct virtio_device *device);

/* --- for kinds, on the worker's thread ------------------------------------------------------- */

/*
 * Take the next buffer of a queue. False: there is none now, and serve() will be called when there
 * is, or when the worker has looked at other things meanwhile: it never does so many at a stretch
 * that the driver waits for its interrupt, or another queue for its turn.
 */
bool virtio_take(struct virtio_device *device, unsigned queue, struct virtqueue_buffer *buffer);

/* Put back what was taken last: the host cannot take it now. */
void virtio_untake(struct virtio_device *device, unsigned queue);

/* The driver hears of it at the end of the turn, of all buffers by one interrupt. */
void virtio_give(struct virtio_device *device, unsigned queue,
                 const struct virtqueue_buffer *buffer, uint64_t written);

/* Somebody waits for the lock, as the device may be about to be reset, or for the worker's end:
 * long work stops here. */
bool virtio_is_wanted(const struct virtio_device *device);

/* Put so many bytes into the configuration space, and tell the driver: 1, 2, 4 or 8 in one aligned
 * field, so that no driver sees half of them. */
void virtio_change_config(struct virtio_device *device, unsigned offset, const void *value,
                          unsigned bytes);

/* The driver broke the rules: DEVICE_NEEDS_RESET, and no more service until then (2.1.1). */
void virtio_break(struct virtio_device *device);

/* --- for transports, on a vCPU's thread ------------------------------------------------------ */

/* Keep the worker out, without waiting for more than a piece of its work. */
void virtio_lock(struct virtio_device *device);
void virtio_unlock(struct virtio_device *device);

/* A notification that came as an exit. */
void virtio_notify(struct virtio_device *device, uint32_t queue);

/* With the lock held: the driver wrote the status (2.1, 3.1.1); 0 resets the device. */
void virtio_set_status(struct virtio_device *device, uint32_t status);

/* With the lock held: the driver has described a queue and wants to use it. False: it may not. */
bool virtio_enable_queue(struct virtio_device *device, unsigned number);

#endif
