/* SPDX-License-Identifier: MIT */
/*
 * A hostile driver for any virtio device, on one thread: the fuzzer's bytes are a list of things to
 * do, from a proper start of the device to any byte at any place of guest memory or registers.
 */
#ifndef FUZZ_VIRTIO_H
#define FUZZ_VIRTIO_H

#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "tests/unit/virtio_driver.h"

/* Smaller than the tests' RAM, so that it is cleared in no time; queues of up to 64 entries. */
enum { FUZZ_LOW = 128 << 10, FUZZ_HIGH = 16 << 10, FUZZ_STEPS_MAX = 100 };

#define FUZZ_QUEUE(queue) (UINT64_C(0x1000) * (queue))
#define FUZZ_AVAILABLE    0x400
#define FUZZ_USED         0x800
#define FUZZ_DATA         UINT64_C(0x10000)

struct fuzz {
    const uint8_t *data;
    size_t size;
    struct ram ram;
    struct virtio_window window;
    struct bus bus;
    struct control control;
    struct virtio_device *device;
    int host; /* the other end of what the device reads from and writes to; -1: none */
    uint32_t entries;
    uint16_t offered[VIRTIO_QUEUES_MAX], next[VIRTIO_QUEUES_MAX];
};

static inline uint8_t fuzz_byte(struct fuzz *fuzz)
{
    if (fuzz->size == 0)
        return 0;
    fuzz->size--;
    return *fuzz->data++;
}

static inline uint32_t fuzz_number(struct fuzz *fuzz, unsigned bytes)
{
    uint32_t number = 0;

    for (unsigned i = 0; i < bytes; i++)
        number |= (uint32_t)fuzz_byte(fuzz) << (8 * i);
    return number;
}

static inline uint64_t fuzz_place(struct fuzz *fuzz)
{
    static const uint64_t places[] = {
        FUZZ_DATA,   FUZZ_DATA + 0x1000, FUZZ_LOW - 16,  LAYOUT_HOLE_END,
        LAYOUT_HOLE, LAYOUT_VIRTIO,      UINT64_MAX - 7, 0};
    uint8_t kind = fuzz_byte(fuzz);

    if (kind >= 0x80) /* a queue's parts */
        return FUZZ_QUEUE(kind & 15) + (uint64_t)(kind >> 4 & 3) * 0x400;
    return places[kind % (sizeof places / sizeof *places)];
}

static inline uint32_t fuzz_length(struct fuzz *fuzz)
{
    static const uint32_t lengths[] = {0,    1,     8,     16,         0x200,     0x1000,
                                       4096, 65536, 16384, 0x7fffffff, UINT32_MAX};
    uint8_t kind = fuzz_byte(fuzz);

    return kind >= 0x80 ? kind - 0x80U : lengths[kind % (sizeof lengths / sizeof *lengths)];
}

static inline void fuzz_write(struct fuzz *fuzz, uint64_t offset, unsigned size, uint64_t value)
{
    bus_write(&fuzz->bus, LAYOUT_VIRTIO + offset, size, value);
}

static inline void fuzz_start(struct fuzz *fuzz)
{
    const uint8_t without = fuzz_byte(fuzz);
    uint64_t features = fuzz->device->offered;

    if (without & 1)
        features &= ~(UINT64_C(1) << VIRTIO_RING_F_EVENT_IDX);
    if (without & 2)
        features &= ~(UINT64_C(1) << VIRTIO_RING_F_INDIRECT_DESC);
    if (without & 4)
        features &= ~UINT64_C(0xffffff);
    fuzz->entries = 1U << (fuzz_byte(fuzz) % 7);
    if (fuzz->entries > fuzz->device->queue_size_max)
        fuzz->entries = fuzz->device->queue_size_max;
    memset(fuzz->offered, 0, sizeof fuzz->offered);
    memset(fuzz->next, 0, sizeof fuzz->next);
    fuzz_write(fuzz, VIRTIO_MMIO_STATUS, 4, 0);
    fuzz_write(fuzz, VIRTIO_MMIO_STATUS, 4, DRIVER_STATUS_BEFORE);
    for (uint32_t i = 0; i < 2; i++) {
        fuzz_write(fuzz, VIRTIO_MMIO_DRIVER_FEATURES_SEL, 4, i);
        fuzz_write(fuzz, VIRTIO_MMIO_DRIVER_FEATURES, 4, (uint32_t)(features >> 32 * i));
    }
    fuzz_write(fuzz, VIRTIO_MMIO_STATUS, 4, DRIVER_STATUS_FEATURES);
    for (uint32_t i = 0; i < fuzz->device->queues_count; i++) {
        memset(fuzz->ram.low + FUZZ_QUEUE(i), 0, 0x1000);
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_SEL, 4, i);
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_NUM, 4, fuzz->entries);
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_DESC_LOW, 4, FUZZ_QUEUE(i));
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_AVAIL_LOW, 4, FUZZ_QUEUE(i) + FUZZ_AVAILABLE);
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_USED_LOW, 4, FUZZ_QUEUE(i) + FUZZ_USED);
        fuzz_write(fuzz, VIRTIO_MMIO_QUEUE_READY, 4, 1);
    }
    fuzz_write(fuzz, VIRTIO_MMIO_STATUS, 4, DRIVER_STATUS_LIVE);
}

/* A buffer: its pieces anywhere, in the table itself or in one of their own. */
static inline void fuzz_offer(struct fuzz *fuzz)
{
    const unsigned queue = fuzz_byte(fuzz) % fuzz->device->queues_count;
    const uint8_t shape = fuzz_byte(fuzz);
    const unsigned count = 1 + shape % 8;
    const bool indirect = shape & 0x80;
    const uint64_t table = indirect ? FUZZ_DATA + 0x8000 : FUZZ_QUEUE(queue);
    const uint32_t size = indirect ? 16 : fuzz->entries;
    const uint16_t head = (uint16_t)(fuzz->next[queue] % fuzz->entries);
    unsigned first = indirect ? 0 : head;

    for (unsigned i = 0; i < count; i++, first++) {
        const uint64_t place = fuzz_place(fuzz);
        const uint32_t length = fuzz_length(fuzz);
        const unsigned flags = (fuzz_byte(fuzz) & 7U) | (i + 1 < count ? VRING_DESC_F_NEXT : 0U);
        driver_describe(&fuzz->ram, table, first % size, place, length, flags, (first + 1) % size);
    }
    if (indirect)
        driver_describe(&fuzz->ram, FUZZ_QUEUE(queue), head, table, 16 * count,
                        VRING_DESC_F_INDIRECT, 0);
    fuzz->next[queue] = (uint16_t)(fuzz->next[queue] + (indirect ? 1 : count));
    const uint64_t ring = FUZZ_QUEUE(queue) + FUZZ_AVAILABLE;
    const unsigned index = (unsigned)(fuzz->offered[queue]++ % fuzz->entries);
    ram_write(&fuzz->ram, ring + offsetof(struct vring_avail, ring) + index * 2, &head, 2);
    ram_write(&fuzz->ram, ring + offsetof(struct vring_avail, idx), &fuzz->offered[queue], 2);
}

/* What always holds: a device gives back no more buffers than it has taken. */
static inline void fuzz_check(const struct fuzz *fuzz)
{
    for (unsigned i = 0; i < fuzz->device->queues_count; i++) {
        const struct virtqueue *queue = &fuzz->device->queues[i];
        if (queue->ready && (uint16_t)(queue->next_available - queue->next_used) > 0x8000)
            abort();
    }
}

/* As the worker does, without its thread: turns until nothing is left over. */
static inline void fuzz_serve(struct fuzz *fuzz, uint32_t queues)
{
    struct virtio_device *device = fuzz->device;

    for (unsigned turn = 0; queues && turn < 4; turn++) {
        device->again = 0;
        for (unsigned i = 0; i < device->queues_count; i++) {
            device->taken = 0;
            if ((queues >> i & 1) && device->queues[i].ready && virtio_is_live(device))
                device->kind->serve(device, i);
        }
        for (unsigned i = 0; i < device->queues_count; i++)
            virtqueue_wants_interrupt(&device->queues[i]);
        queues = device->again;
        fuzz_check(fuzz);
    }
    if (device->kind->pending)
        device->kind->pending(device);
}

/* The host sends something, reads what there is, or goes away. */
static inline void fuzz_host(struct fuzz *fuzz)
{
    struct virtio_device *device = fuzz->device;
    uint8_t bytes[4096];
    const uint8_t what = fuzz_byte(fuzz);

    memset(bytes, what, sizeof bytes);
    if (fuzz->host >= 0 && what == 0xff) {
        close(fuzz->host);
        fuzz->host = -1;
    } else if (fuzz->host >= 0) {
        while (recv(fuzz->host, bytes, sizeof bytes, MSG_DONTWAIT) > 0)
            ;
        if (send(fuzz->host, bytes, 1U + what * 16U, MSG_DONTWAIT | MSG_NOSIGNAL) < 0) {
        }
    }
    for (unsigned i = 0; i < VIRTIO_SOURCES_MAX; i++) {
        struct pollfd now = {.fd = device->sources[i].fd, .events = device->sources[i].events};
        device->taken = 0;
        if (now.fd >= 0 && now.events && (device->sources[i].always || virtio_is_live(device)) &&
            poll(&now, 1, 0) > 0)
            device->kind->ready(device, i, now.revents);
    }
    fuzz_check(fuzz);
}

static inline void fuzz_step(struct fuzz *fuzz)
{
    enum { REGISTER, ACCESS, START, OFFER, SERVE, DATA, HOST, WANTED, STEPS };
    uint8_t bytes[64];
    uint64_t value;

    switch (fuzz_byte(fuzz) % STEPS) {
    case REGISTER:
        value = fuzz_byte(fuzz) * 4U;
        fuzz_write(fuzz, value, 4, fuzz_number(fuzz, 4));
        break;
    case ACCESS: {
        const uint64_t address = LAYOUT_VIRTIO + fuzz_number(fuzz, 2) % LAYOUT_VIRTIO_STEP;
        const uint8_t how = fuzz_byte(fuzz);
        bus_read(&fuzz->bus, address, 1U << (how & 3), &value);
        if (how & 4)
            bus_write(&fuzz->bus, address, 1U << (how & 3), fuzz_number(fuzz, 4));
        break;
    }
    case START:
        fuzz_start(fuzz);
        break;
    case OFFER:
        if (fuzz->entries)
            fuzz_offer(fuzz);
        break;
    case SERVE:
        value = fuzz_byte(fuzz);
        fuzz_serve(fuzz, value < VIRTIO_QUEUES_MAX ? UINT32_C(1) << value : UINT32_MAX);
        break;
    case DATA: {
        const uint64_t place = fuzz_place(fuzz) + fuzz_number(fuzz, 2);
        const size_t count = fuzz_byte(fuzz) % sizeof bytes;
        for (size_t i = 0; i < count; i++)
            bytes[i] = fuzz_byte(fuzz);
        ram_write(&fuzz->ram, place, bytes, count);
        break;
    }
    case HOST:
        fuzz_host(fuzz);
        break;
    case WANTED: /* a vCPU waits for the device all the time */
        atomic_store(&fuzz->device->wanted, 1);
        fuzz_serve(fuzz, UINT32_MAX);
        atomic_store(&fuzz->device->wanted, 0);
        break;
    }
}

/* Let the bytes drive a device, which is destroyed. host: see struct fuzz; it is closed. */
static inline void fuzz_device(struct virtio_device *device, int host, const uint8_t *data,
                               size_t size)
{
    static struct ram ram;
    struct fuzz fuzz = {.data = data, .size = size, .device = device, .host = host};
    struct error error;

    if (!ram.low) /* malloc(3): AddressSanitizer knows where it ends */
        ram = (struct ram){.low = malloc(FUZZ_LOW),
                           .low_bytes = FUZZ_LOW,
                           .high = malloc(FUZZ_HIGH),
                           .high_bytes = FUZZ_HIGH};
    if (!ram.low || !ram.high)
        driver_give_up("no memory");
    memset(ram.low, 0, FUZZ_LOW);
    memset(ram.high, 0, FUZZ_HIGH);
    fuzz.ram = ram;
    if (control_create(&fuzz.control, &error) < 0 ||
        virtio_window_create(&fuzz.window, -1, 0, &error) < 0 ||
        virtio_mmio_plug(device, 0, &fuzz.window, &fuzz.ram, &fuzz.control, &fuzz.bus, &error) < 0)
        driver_give_up(error.text);
    for (unsigned steps = 0; fuzz.size > 0 && steps < FUZZ_STEPS_MAX; steps++)
        fuzz_step(&fuzz);
    virtio_destroy(device);
    virtio_window_destroy(&fuzz.window);
    control_destroy(&fuzz.control);
    if (fuzz.host >= 0)
        close(fuzz.host);
}

#endif
