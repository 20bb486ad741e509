/* SPDX-License-Identifier: MIT */
/*
 * Virtio over MMIO (virtio 1.2, 4.2): a page of registers for each device, at LAYOUT_VIRTIO.
 *
 * No register has a side effect when it is read. So the pages are memory that the guest can read as
 * it is (a read-only memory slot): reading costs no exit, not even that of the interrupt's status
 * at each interrupt. Only what is written comes here.
 */
#ifndef MINIVMM_VIRTIO_MMIO_H
#define MINIVMM_VIRTIO_MMIO_H

#include "minivmm/devices/bus.h"
#include "minivmm/devices/virtio.h"

/* The pages of all devices. */
struct virtio_window {
    uint8_t *pages; /* LAYOUT_VIRTIO_MAX of them */
    int vm_fd;
};

/*
 * Make the pages, and give them to the VM as memory slot number slot; vm_fd -1: without a VM. To be
 * done before the irqchip is made, as with RAM. Where KVM has no read-only slots, reads come as
 * exits, and are answered from the same page.
 */
int virtio_window_create(struct virtio_window *window, int vm_fd, unsigned slot,
                         struct error *error);
void virtio_window_destroy(struct virtio_window *window);

/*
 * Give a device the place number (0 to LAYOUT_VIRTIO_MAX - 1): registers at LAYOUT_VIRTIO + number
 * * LAYOUT_VIRTIO_STEP on the bus (MMIO), interrupt LAYOUT_GSI_VIRTIO + number, an ioeventfd for
 * each queue. After the irqchip has been made, before a vCPU runs. The device is still the caller's
 * to destroy, before window, ram and control.
 */
int virtio_mmio_plug(struct virtio_device *device, unsigned number, struct virtio_window *window,
                     const struct ram *ram, struct control *control, struct bus *bus,
                     struct error *error);

#endif
