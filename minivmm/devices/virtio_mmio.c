/* SPDX-License-Identifier: MIT */
/* The registers of virtio over MMIO, by name as in virtio 1.2, 4.2.2. */
#include "minivmm/devices/virtio_mmio.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_mmio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "minivmm/devices/irq.h"
#include "minivmm/devices/layout.h"
#include "minivmm/kvm.h"

enum {
    MAGIC = 0x74726976,  /* "virt" */
    VERSION = 2,         /* not the legacy interface */
    VENDOR = 0x62616c76, /* "vlab"; there is no list of vendors */
    WINDOW_BYTES = LAYOUT_VIRTIO_MAX * LAYOUT_VIRTIO_STEP,
};
_Static_assert(VIRTIO_MMIO_CONFIG + VIRTIO_CONFIG_MAX <= LAYOUT_VIRTIO_STEP, "in one page");

struct mmio {
    struct virtio_device *device;
    uint8_t *page; /* what the guest reads */
    struct irq irq;
    uint32_t device_features_sel, driver_features_sel, queue_sel;
};

/* --- the pages ------------------------------------------------------------------------------- */

int virtio_window_create(struct virtio_window *window, int vm_fd, unsigned slot,
                         struct error *error)
{
    window->vm_fd = vm_fd;
    window->pages =
        mmap(NULL, WINDOW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (window->pages == MAP_FAILED) {
        window->pages = NULL;
        return error_set_errno(error, errno, "cannot reserve the pages of virtio's registers");
    }
    if (vm_fd < 0 || kvm_ioctl(vm_fd, KVM_CHECK_EXTENSION, (void *)KVM_CAP_READONLY_MEM) <= 0)
        return 0;
    const struct kvm_userspace_memory_region region = {
        .slot = slot,
        .flags = KVM_MEM_READONLY,
        .guest_phys_addr = LAYOUT_VIRTIO,
        .memory_size = WINDOW_BYTES,
        .userspace_addr = (uintptr_t)window->pages,
    };
    if (kvm_ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return error_set_errno(error, errno,
                               "cannot plug the pages of virtio's registers "
                               "(KVM_SET_USER_MEMORY_REGION)");
    return 0;
}

void virtio_window_destroy(struct virtio_window *window)
{
    if (window->pages)
        munmap(window->pages, WINDOW_BYTES);
    window->pages = NULL;
}

static uint32_t *word(const struct mmio *mmio, unsigned offset)
{
    return (uint32_t *)(void *)(mmio->page + offset);
}

/* The guest may read at any moment: each register changes in one store, and in program order. */
static void show(const struct mmio *mmio, unsigned offset, uint32_t value)
{
    __atomic_store_n(word(mmio, offset), htole32(value), __ATOMIC_RELEASE);
}

/* Show all that a write, or a change of the device, may have changed. */
static void show_all(const struct mmio *mmio)
{
    const struct virtio_device *device = mmio->device;
    const uint32_t sel = mmio->device_features_sel, number = mmio->queue_sel;
    const bool exists = number < device->queues_count;

    show(mmio, VIRTIO_MMIO_DEVICE_FEATURES,
         sel < 2 ? (uint32_t)(device->offered >> (32 * sel)) : 0);
    show(mmio, VIRTIO_MMIO_QUEUE_NUM_MAX, exists ? device->queue_size_max : 0);
    show(mmio, VIRTIO_MMIO_QUEUE_READY, exists && device->queues[number].ready);
    show(mmio, VIRTIO_MMIO_STATUS, device->status);
}

/* --- what the worker does -------------------------------------------------------------------- */

static void interrupt(struct virtio_device *device, uint32_t bits)
{
    const struct mmio *mmio = device->transport_state;

    /* First the reason, then the interrupt. The write to the eventfd is a barrier. */
    __atomic_fetch_or(word(mmio, VIRTIO_MMIO_INTERRUPT_STATUS), htole32(bits), __ATOMIC_SEQ_CST);
    irq_raise(&mmio->irq);
}

static void changed(struct virtio_device *device)
{
    show_all(device->transport_state);
}

/*
 * A field changes in one store, so that no driver reads half of it; the generation (4.2.2.1) lets
 * it see that several fields it has read do not belong together.
 */
static void configure(struct virtio_device *device, unsigned offset, unsigned bytes)
{
    const struct mmio *mmio = device->transport_state;
    const uint8_t *from = device->config + offset;
    uint8_t *to = mmio->page + VIRTIO_MMIO_CONFIG + offset;
    uint64_t value = 0;

    memcpy(&value, from, bytes);
    switch (bytes) {
    case 1:
        __atomic_store_n(to, (uint8_t)value, __ATOMIC_RELEASE);
        break;
    case 2:
        __atomic_store_n((uint16_t *)(void *)to, (uint16_t)value, __ATOMIC_RELEASE);
        break;
    case 4:
        __atomic_store_n((uint32_t *)(void *)to, (uint32_t)value, __ATOMIC_RELEASE);
        break;
    default:
        __atomic_store_n((uint64_t *)(void *)to, value, __ATOMIC_RELEASE);
    }
    __atomic_fetch_add(word(mmio, VIRTIO_MMIO_CONFIG_GENERATION), 1, __ATOMIC_SEQ_CST);
}

static void destroy(struct virtio_device *device)
{
    struct mmio *mmio = device->transport_state;

    irq_destroy(&mmio->irq);
    free(mmio);
}

static const struct virtio_transport transport = {interrupt, changed, configure, destroy};

/* --- what a vCPU does ------------------------------------------------------------------------ */

static uint64_t read_register(void *context, uint64_t offset, unsigned size)
{
    const struct mmio *mmio = context;
    uint64_t value = 0;

    memcpy(&value, mmio->page + offset, size);
    return le64toh(value);
}

static void set_half(uint64_t *address, bool high, uint32_t value)
{
    unsigned shift = high ? 32 : 0;

    *address = (*address & ~(UINT64_C(0xffffffff) << shift)) | (uint64_t)value << shift;
}

/* QueueSel's registers: nothing changes while the queue is in use, but that it no longer is. */
static void write_queue(struct mmio *mmio, uint64_t offset, uint32_t value)
{
    struct virtio_device *device = mmio->device;

    if (mmio->queue_sel >= device->queues_count)
        return;
    struct virtqueue *queue = &device->queues[mmio->queue_sel];
    if (queue->ready) {
        if (offset == VIRTIO_MMIO_QUEUE_READY && value == 0)
            virtqueue_reset(queue);
        return;
    }
    switch (offset) {
    case VIRTIO_MMIO_QUEUE_NUM:
        queue->size = value > UINT16_MAX ? 0 : (uint16_t)value; /* 0 is refused when enabled */
        break;
    case VIRTIO_MMIO_QUEUE_READY:
        if (value == 1)
            virtio_enable_queue(device, mmio->queue_sel);
        break;
    case VIRTIO_MMIO_QUEUE_DESC_LOW:
    case VIRTIO_MMIO_QUEUE_DESC_HIGH:
        set_half(&queue->descriptors_gpa, offset == VIRTIO_MMIO_QUEUE_DESC_HIGH, value);
        break;
    case VIRTIO_MMIO_QUEUE_AVAIL_LOW:
    case VIRTIO_MMIO_QUEUE_AVAIL_HIGH:
        set_half(&queue->available_gpa, offset == VIRTIO_MMIO_QUEUE_AVAIL_HIGH, value);
        break;
    case VIRTIO_MMIO_QUEUE_USED_LOW:
    case VIRTIO_MMIO_QUEUE_USED_HIGH:
        set_half(&queue->used_gpa, offset == VIRTIO_MMIO_QUEUE_USED_HIGH, value);
        break;
    default:
        break; /* read-only, or nothing there */
    }
}

static void write_status(struct mmio *mmio, uint32_t value)
{
    virtio_set_status(mmio->device, value);
    if (value == 0) { /* 4.2.2.1: a reset takes back interrupts too */
        mmio->device_features_sel = mmio->driver_features_sel = mmio->queue_sel = 0;
        show(mmio, VIRTIO_MMIO_INTERRUPT_STATUS, 0);
    }
}

static void write_register(void *context, uint64_t offset, unsigned size, uint64_t value64)
{
    struct mmio *mmio = context;
    struct virtio_device *device = mmio->device;
    uint32_t value = (uint32_t)value64;

    /* 4.2.2.2: registers are 32 bits wide and aligned. No configuration space here is written to.
     */
    if (size != 4 || offset % 4 || offset >= VIRTIO_MMIO_CONFIG)
        return;

    /* What happens while the machine works needs no lock, and waits for nobody. */
    if (offset == VIRTIO_MMIO_QUEUE_NOTIFY) {
        virtio_notify(device, value);
        return;
    }
    if (offset == VIRTIO_MMIO_INTERRUPT_ACK) {
        __atomic_fetch_and(word(mmio, VIRTIO_MMIO_INTERRUPT_STATUS), ~htole32(value),
                           __ATOMIC_SEQ_CST);
        return;
    }

    virtio_lock(device);
    switch (offset) {
    case VIRTIO_MMIO_DEVICE_FEATURES_SEL:
        mmio->device_features_sel = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES_SEL:
        mmio->driver_features_sel = value;
        break;
    case VIRTIO_MMIO_DRIVER_FEATURES: /* settled with FEATURES_OK */
        if (mmio->driver_features_sel < 2 && !(device->status & VIRTIO_CONFIG_S_FEATURES_OK))
            set_half(&device->accepted, mmio->driver_features_sel == 1, value);
        break;
    case VIRTIO_MMIO_QUEUE_SEL:
        mmio->queue_sel = value;
        break;
    case VIRTIO_MMIO_STATUS:
        write_status(mmio, value);
        break;
    default:
        write_queue(mmio, offset, value);
    }
    show_all(mmio);
    virtio_unlock(device);
}

/* --- set-up ---------------------------------------------------------------------------------- */

/* A write of the queue's number to QueueNotify wakes the worker inside of KVM (KVM API 4.59). Where
 * that cannot be had, the write comes as an exit. */
static void connect_notifications(const struct virtio_device *device, uint64_t page_gpa, int vm_fd)
{
    for (unsigned i = 0; i < device->queues_count; i++) {
        const struct kvm_ioeventfd ioeventfd = {
            .datamatch = i,
            .addr = page_gpa + VIRTIO_MMIO_QUEUE_NOTIFY,
            .len = 4,
            .fd = device->notify_fd[i],
            .flags = KVM_IOEVENTFD_FLAG_DATAMATCH,
        };
        if (kvm_ioctl(vm_fd, KVM_IOEVENTFD, &ioeventfd) < 0)
            return;
    }
}

int virtio_mmio_plug(struct virtio_device *device, unsigned number, struct virtio_window *window,
                     const struct ram *ram, struct control *control, struct bus *bus,
                     struct error *error)
{
    const uint64_t gpa = LAYOUT_VIRTIO + number * LAYOUT_VIRTIO_STEP;

    if (number >= LAYOUT_VIRTIO_MAX)
        return error_set(error, ENOSPC, "%s: a machine has at most %d virtio devices",
                         device->kind->name, LAYOUT_VIRTIO_MAX);
    struct mmio *mmio = calloc(1, sizeof *mmio);
    if (!mmio)
        return error_set_errno(error, ENOMEM, "cannot plug a device (%s)", device->kind->name);
    mmio->device = device;
    mmio->page = window->pages + number * LAYOUT_VIRTIO_STEP;
    mmio->irq.fd = -1;
    device->ram = ram;
    device->control = control;
    device->transport = &transport;
    device->transport_state = mmio;

    show(mmio, VIRTIO_MMIO_MAGIC_VALUE, MAGIC);
    show(mmio, VIRTIO_MMIO_VERSION, VERSION);
    show(mmio, VIRTIO_MMIO_DEVICE_ID, device->kind->id);
    show(mmio, VIRTIO_MMIO_VENDOR_ID, VENDOR);
    /* 4.2.2.1: shared memory regions that do not exist have a length of all ones. */
    show(mmio, VIRTIO_MMIO_SHM_LEN_LOW, UINT32_MAX);
    show(mmio, VIRTIO_MMIO_SHM_LEN_HIGH, UINT32_MAX);
    show(mmio, VIRTIO_MMIO_SHM_BASE_LOW, UINT32_MAX);
    show(mmio, VIRTIO_MMIO_SHM_BASE_HIGH, UINT32_MAX);
    memcpy(mmio->page + VIRTIO_MMIO_CONFIG, device->config, device->config_bytes);
    show_all(mmio);

    if (window->vm_fd >= 0) {
        int result = irq_create(&mmio->irq, window->vm_fd, LAYOUT_GSI_VIRTIO + number, error);
        if (result < 0)
            return result;
        connect_notifications(device, gpa, window->vm_fd);
    }
    const struct bus_range range = {device->kind->name, gpa, LAYOUT_VIRTIO_STEP, read_register,
                                    write_register,     mmio};
    return bus_add(bus, &range, error);
}
