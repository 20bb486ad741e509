/* SPDX-License-Identifier: MIT */
/*
 * A virtio device: what all kinds have in common (virtio 1.2, chapter 2), apart from the transport
 * that makes it visible in the guest (virtio_mmio.h).
 *
 * Each device has a thread of its own, its worker. A notification of the driver wakes it by an
 * ioeventfd, without an exit to this process. The worker holds the device's lock while it serves,
 * and so does the transport while it changes the device's state: a kind of device needs no lock.
 */
#ifndef MINIVMM_VIRTIO_H
#define MINIVMM_VIRTIO_H

#include <pthread.h>

#include "minivmm/boot/control.h"
#include "minivmm/devices/irq.h"
#include "minivmm/devices/virtqueue.h"

enum {
    VIRTIO_QUEUES_MAX = 16,
    VIRTIO_SOURCES_MAX = 4,
    VIRTIO_CONFIG_MAX = 64, /* bytes of a device's own configuration space */
};

struct virtio_device;

/* What makes a kind of device: a disk, a network card, a console, a source of entropy. */
struct virtio_kind {
    const char *name;
    uint32_t id; /* virtio 1.2, chapter 5 */
    /* The driver has put buffers into a queue. Take them all, give them back. */
    void (*serve)(struct virtio_device *device, unsigned queue);
    /* One of the host's descriptors (sources) is ready. NULL: there is none. */
    void (*ready)(struct virtio_device *device, unsigned source);
    /* The driver has written to the configuration space. NULL: it is read-only. */
    void (*configured)(struct virtio_device *device);
    /* Back to the state after power-on, queues already reset. NULL: nothing but the queues. */
    void (*reset)(struct virtio_device *device);
    /* Give back what the kind holds. NULL: nothing. */
    void (*destroy)(struct virtio_device *device);
    /* The kind's own part of the worker's system call filter: numbers, ended by -1. NULL: none. */
    const int *calls;
};

/* A descriptor of the host that the worker waits for. */
struct virtio_source {
    int fd;
    bool wanted; /* ask for events; a kind clears it while it has no buffers to put input into */
};

struct virtio_device {
    const struct virtio_kind *kind;
    void *state; /* the kind's own */
    const struct ram *ram;
    struct control *control;
    struct irq irq;
    pthread_mutex_t lock;

    uint64_t offered;  /* features; the transport adds those that all devices have */
    uint64_t accepted; /* by the driver */
    uint8_t status;    /* 2.1 */
    uint32_t interrupt_status;
    uint8_t config[VIRTIO_CONFIG_MAX];
    unsigned config_bytes;
    uint32_t config_generation;

    unsigned queues_count;
    uint16_t queue_size_max;
    struct virtqueue queues[VIRTIO_QUEUES_MAX];
    int notify_fd[VIRTIO_QUEUES_MAX]; /* ioeventfds */

    unsigned sources_count;
    struct virtio_source sources[VIRTIO_SOURCES_MAX];

    pthread_t worker;
    int stop_fd;
    uint64_t notifications, interrupts, buffers; /* for statistics: written by the worker */
};

/* The driver has finished its set-up (DRIVER_OK) and nothing is broken: the queues may be used. */
bool virtio_is_live(const struct virtio_device *device);

/* For kinds: interrupt the driver if it wants to hear about the queue's used buffers. */
void virtio_signal_queue(struct virtio_device *device, unsigned queue);

/* For kinds: the configuration space has changed. */
void virtio_signal_config(struct virtio_device *device);

/* The driver broke the rules: DEVICE_NEEDS_RESET, and no more service until then (2.1.1). */
void virtio_break(struct virtio_device *device);

#endif
