/* SPDX-License-Identifier: MIT */
/* A virtio driver in a plain buffer: no KVM, no guest, the registers through the bus. */
#ifndef TESTS_VIRTIO_DRIVER_H
#define TESTS_VIRTIO_DRIVER_H

#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "minivmm/devices/layout.h"
#include "minivmm/devices/virtio_mmio.h"

enum { DRIVER_LOW = 4 << 20, DRIVER_HIGH = 1 << 20 };

/* Each queue has its parts in a block of its own; data lies from DRIVER_DATA on. */
#define DRIVER_QUEUE(queue)       (UINT64_C(0x10000) * ((queue) + 1))
#define DRIVER_DESCRIPTORS(queue) (DRIVER_QUEUE(queue))
#define DRIVER_AVAILABLE(queue)   (DRIVER_QUEUE(queue) + 0x2000)
#define DRIVER_USED(queue)        (DRIVER_QUEUE(queue) + 0x4000)
#define DRIVER_DATA               UINT64_C(0x200000)

struct driver {
    struct ram ram;
    struct virtio_window window;
    struct bus bus;
    struct control control;
    struct virtio_device *device;
    uint16_t offered[VIRTIO_QUEUES_MAX]; /* buffers so far */
    uint16_t next[VIRTIO_QUEUES_MAX];    /* the next free descriptor */
};

static inline void driver_give_up(const char *what)
{
    fprintf(stderr, "virtio driver: %s\n", what);
    abort();
}

static inline void driver_create_ram(struct ram *ram)
{
    *ram = (struct ram){.low = calloc(1, DRIVER_LOW),
                        .low_bytes = DRIVER_LOW,
                        .high = calloc(1, DRIVER_HIGH),
                        .high_bytes = DRIVER_HIGH};
    if (!ram->low || !ram->high)
        driver_give_up("no memory");
}

static inline void driver_destroy_ram(struct ram *ram)
{
    free(ram->low);
    free(ram->high);
}

/* Plug the device, which is destroyed with the driver. */
static inline struct driver *driver_new(struct virtio_device *device)
{
    struct driver *driver = calloc(1, sizeof *driver);
    struct error error;

    if (!driver)
        driver_give_up("no memory");
    driver_create_ram(&driver->ram);
    driver->device = device;
    if (control_create(&driver->control, &error) < 0 ||
        virtio_window_create(&driver->window, -1, 0, &error) < 0 ||
        virtio_mmio_plug(device, 0, &driver->window, &driver->ram, &driver->control, &driver->bus,
                         &error) < 0)
        driver_give_up(error.text);
    return driver;
}

static inline void driver_free(struct driver *driver)
{
    virtio_destroy(driver->device);
    virtio_window_destroy(&driver->window);
    control_destroy(&driver->control);
    driver_destroy_ram(&driver->ram);
    free(driver);
}

static inline void driver_write(struct driver *driver, uint64_t offset, uint32_t value)
{
    bus_write(&driver->bus, LAYOUT_VIRTIO + offset, 4, value);
}

static inline uint32_t driver_read(const struct driver *driver, uint64_t offset)
{
    uint64_t value;

    bus_read(&driver->bus, LAYOUT_VIRTIO + offset, 4, &value);
    return (uint32_t)value;
}

/* Guest memory at gpa, for tests that know that it is there. */
static inline void *driver_at(const struct driver *driver, uint64_t gpa)
{
    return ram_at(&driver->ram, gpa, 1);
}

static inline void driver_choose_features(struct driver *driver, uint64_t features)
{
    driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 0);
    driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)features);
    driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 1);
    driver_write(driver, VIRTIO_MMIO_DRIVER_FEATURES, (uint32_t)(features >> 32));
}

static inline void driver_describe_queue(struct driver *driver, unsigned queue, uint32_t size)
{
    driver_write(driver, VIRTIO_MMIO_QUEUE_SEL, queue);
    driver_write(driver, VIRTIO_MMIO_QUEUE_NUM, size);
    driver_write(driver, VIRTIO_MMIO_QUEUE_DESC_LOW, (uint32_t)DRIVER_DESCRIPTORS(queue));
    driver_write(driver, VIRTIO_MMIO_QUEUE_DESC_HIGH, 0);
    driver_write(driver, VIRTIO_MMIO_QUEUE_AVAIL_LOW, (uint32_t)DRIVER_AVAILABLE(queue));
    driver_write(driver, VIRTIO_MMIO_QUEUE_AVAIL_HIGH, 0);
    driver_write(driver, VIRTIO_MMIO_QUEUE_USED_LOW, (uint32_t)DRIVER_USED(queue));
    driver_write(driver, VIRTIO_MMIO_QUEUE_USED_HIGH, 0);
    driver_write(driver, VIRTIO_MMIO_QUEUE_READY, 1);
}

enum {
    DRIVER_STATUS_BEFORE = VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER,
    DRIVER_STATUS_FEATURES = DRIVER_STATUS_BEFORE | VIRTIO_CONFIG_S_FEATURES_OK,
    DRIVER_STATUS_LIVE = DRIVER_STATUS_FEATURES | VIRTIO_CONFIG_S_DRIVER_OK,
};

/* The whole of 3.1.1, each queue with so many entries, all features but those without. */
static inline void driver_start(struct driver *driver, uint32_t size, uint64_t without)
{
    driver_write(driver, VIRTIO_MMIO_STATUS, 0);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_BEFORE);
    driver_choose_features(driver, driver->device->offered & ~without);
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_FEATURES);
    for (unsigned i = 0; i < driver->device->queues_count; i++) {
        memset(driver_at(driver, DRIVER_QUEUE(i)), 0, 0x10000);
        driver->offered[i] = driver->next[i] = 0;
        driver_describe_queue(driver, i, size);
    }
    driver_write(driver, VIRTIO_MMIO_STATUS, DRIVER_STATUS_LIVE);
}

static inline volatile struct vring_avail *driver_available(const struct driver *driver,
                                                            unsigned queue)
{
    return driver_at(driver, DRIVER_AVAILABLE(queue));
}

static inline volatile struct vring_used *driver_used(const struct driver *driver, unsigned queue)
{
    return driver_at(driver, DRIVER_USED(queue));
}

/* Put one descriptor into a table in guest memory. */
static inline void driver_describe(const struct ram *ram, uint64_t table, unsigned index,
                                   uint64_t addr, uint32_t len, unsigned flags, unsigned next)
{
    const struct vring_desc descriptor = {addr, len, (uint16_t)flags, (uint16_t)next};

    if (ram_write(ram, table + index * sizeof descriptor, &descriptor, sizeof descriptor) < 0)
        driver_give_up("a descriptor outside of RAM");
}

struct driver_piece {
    uint64_t gpa;
    uint32_t bytes;
    bool writable;
};

/* Make a buffer available: a chain of fresh descriptors. Queues are started with enough of them. */
static inline void driver_offer(struct driver *driver, unsigned queue, uint32_t size,
                                const struct driver_piece *pieces, unsigned count)
{
    volatile struct vring_avail *available = driver_available(driver, queue);
    const uint16_t head = (uint16_t)(driver->next[queue] % size);

    for (unsigned i = 0; i < count; i++) {
        unsigned index = driver->next[queue]++ % size;
        unsigned flags = (pieces[i].writable ? VRING_DESC_F_WRITE : 0U) |
                         (i + 1 < count ? VRING_DESC_F_NEXT : 0U);
        driver_describe(&driver->ram, DRIVER_DESCRIPTORS(queue), index, pieces[i].gpa,
                        pieces[i].bytes, flags, driver->next[queue] % size);
    }
    available->ring[driver->offered[queue]++ % size] = head;
    __atomic_store_n(&available->idx, driver->offered[queue], __ATOMIC_RELEASE);
}

/* Before the worker starts: it will hear of nothing but the end. */
static inline void driver_silence(struct driver *driver)
{
    uint64_t count;

    for (unsigned i = 0; i < driver->device->queues_count; i++)
        if (read(driver->device->notify_fd[i], &count, sizeof count) < 0) {
        }
}

/* Let the device serve a queue, on this thread. */
static inline void driver_serve(struct driver *driver, unsigned queue)
{
    driver->device->taken = 0;
    driver->device->kind->serve(driver->device, queue);
}

#endif
