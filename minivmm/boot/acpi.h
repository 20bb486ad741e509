/* SPDX-License-Identifier: MIT */
/*
 * The ACPI tables by which a kernel learns what machine it is in (ACPI specification 6.4, hardware-
 * reduced: no fixed hardware, no SMI, no PM timer). They lie from LAYOUT_ACPI on:
 *
 *   RSDP -> XSDT -> FADT -> DSDT     what the machine is, how to reset it and to switch it off
 *                -> MADT             its processors and its interrupt controller
 *
 * The DSDT is a program for the kernel's interpreter (aml.h); here it only lists devices.
 */
#ifndef MINIVMM_ACPI_H
#define MINIVMM_ACPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/ram.h"

struct acpi_virtio {
    uint64_t address; /* of its registers, LAYOUT_VIRTIO_STEP bytes, below 4 GiB */
    uint32_t gsi;     /* edge-triggered, active high */
};

struct acpi_machine {
    unsigned cpus; /* 1 to LAYOUT_CPUS_MAX; APIC ids are 0 to cpus - 1 */
    bool serial;   /* COM1 at LAYOUT_PORT_COM1, LAYOUT_GSI_COM1 */
    bool clock;    /* the CMOS clock at LAYOUT_PORT_CMOS */
    const struct acpi_virtio *virtio;
    size_t virtio_count; /* to LAYOUT_VIRTIO_MAX */
};

/*
 * Write the tables into RAM and tell where the RSDP is. The sleep control register is at
 * LAYOUT_PORT_SLEEP, the sleep status register behind it, the reset register at LAYOUT_PORT_RESET;
 * what is to be written there is in devices/power.h.
 */
int acpi_write(const struct ram *ram, const struct acpi_machine *machine, uint64_t *rsdp,
               struct error *error);

#endif
