/* SPDX-License-Identifier: MIT */
/*
 * The machine's board: which devices there are, and at which addresses and interrupts (layout.h).
 * Devices know nothing of each other; this is the one place that knows them all.
 */
#ifndef MINIVMM_BOARD_H
#define MINIVMM_BOARD_H

#include <stdbool.h>

#include "minivmm/boot/acpi.h"
#include "minivmm/boot/phases.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/cmos.h"
#include "minivmm/devices/control.h"
#include "minivmm/devices/i8042.h"
#include "minivmm/devices/irq.h"
#include "minivmm/devices/layout.h"
#include "minivmm/devices/network.h"
#include "minivmm/devices/ports.h"
#include "minivmm/devices/serial.h"
#include "minivmm/devices/virtio_mmio.h"
#include "minivmm/minivmm.h"

struct board {
    bool made; /* by board_create() */
    struct bus ports, mmio;
    struct irq serial_irq;
    struct serial serial;
    bool has_serial;
    struct cmos cmos;
    struct i8042 i8042;
    struct ports marks;

    struct virtio_window window;
    struct virtio_device
        *cards[LAYOUT_VIRTIO_MAX]; /* virtio devices, in the order of their places */
    unsigned cards_count;
    struct virtio_device *console; /* one of them; NULL: none */
    struct network networks[MINIVMM_NETWORKS_MAX];
};

/* What is memory for the guest: before the irqchip is made. After a failure of this or of
 * board_add(), *board is to be given to board_destroy(). */
int board_create(struct board *board, int vm_fd, struct error *error);

/* The devices that config asks for; after the irqchip has been made. */
int board_add(struct board *board, const struct minivmm_system_config *config, int vm_fd,
              const struct ram *ram, struct control *control, struct phases *phases,
              struct error *error);

/* For the ACPI tables; virtio has room for LAYOUT_VIRTIO_MAX. */
void board_describe(const struct board *board, struct acpi_machine *machine,
                    struct acpi_virtio *virtio);

/* The devices' threads. */
int board_start(struct board *board, bool sandbox, struct error *error);

/*
 * Once no vCPU runs: end them. What the guest has written goes out first, unless hurry_fd becomes
 * readable meanwhile. Error: output of the guest did not arrive.
 */
int board_stop(struct board *board, int hurry_fd, struct error *error);

void board_destroy(struct board *board);

#endif
