/* SPDX-License-Identifier: MIT */
/*
 * The map of a guest system's physical addresses: what lies where, and why there. Everything that
 * has an address in the machine takes it from here.
 *
 *   0                RAM. Below 1 MiB what the boot protocols want, above it kernel and initrd
 *   LAYOUT_HOLE      no RAM up to 4 GiB: devices, interrupt controllers, pages that KVM wants
 *   4 GiB            the rest of RAM
 */
#ifndef MINIVMM_LAYOUT_H
#define MINIVMM_LAYOUT_H

#include <stdint.h>

#define LAYOUT_KIB UINT64_C(1024)
#define LAYOUT_MIB (LAYOUT_KIB << 10)
#define LAYOUT_GIB (LAYOUT_MIB << 10)

/* --- below 1 MiB: written before the start, free for the kernel once it has read them -------- */
#define LAYOUT_GDT         UINT64_C(0x500)
#define LAYOUT_PVH_START   UINT64_C(0x6000)  /* struct hvm_start_info, its modules and memory map */
#define LAYOUT_ZERO_PAGE   UINT64_C(0x7000)  /* struct boot_params */
#define LAYOUT_PAGE_TABLES UINT64_C(0x9000)  /* one PML4, one PDPT, four PDs: 4 GiB, 1:1 */
#define LAYOUT_COMMAND     UINT64_C(0x20000) /* the kernel's command line */
#define LAYOUT_COMMAND_MAX UINT64_C(4096)    /* bytes with the final 0, far more than Linux takes */

/* From here to 1 MiB a PC has no RAM: the video memory and the firmware. */
#define LAYOUT_LOW_END      UINT64_C(0x9fc00)
#define LAYOUT_ACPI         UINT64_C(0xe0000) /* where a kernel looks for the RSDP by itself */
#define LAYOUT_RESET_VECTOR UINT64_C(0xffff0) /* f000:fff0, where real mode begins: firmware.h */
#define LAYOUT_ACPI_END     UINT64_C(0x100000)
#define LAYOUT_RAM_1M       LAYOUT_MIB

/* --- the hole below 4 GiB -------------------------------------------------------------------- */
#define LAYOUT_HOLE        (3 * LAYOUT_GIB)
#define LAYOUT_VIRTIO      UINT64_C(0xd0000000) /* one page for each virtio-mmio device */
#define LAYOUT_VIRTIO_STEP UINT64_C(0x1000)
#define LAYOUT_VIRTIO_MAX  16
#define LAYOUT_IOAPIC      UINT64_C(0xfec00000) /* where the in-kernel IOAPIC is */
#define LAYOUT_LAPIC       UINT64_C(0xfee00000)
/* Intel processors without unrestricted guests need four pages of their own (KVM API 4.30, 4.41).
 */
#define LAYOUT_KVM_IDENTITY UINT64_C(0xfffbc000)
#define LAYOUT_KVM_TSS      UINT64_C(0xfffbd000)
#define LAYOUT_HOLE_END     (4 * LAYOUT_GIB)

/* --- ports ----------------------------------------------------------------------------------- */
#define LAYOUT_PORT_COM1       0x3f8
#define LAYOUT_PORT_I8042_DATA 0x60
#define LAYOUT_PORT_I8042      0x64  /* command and status */
#define LAYOUT_PORT_CMOS       0x70  /* index; 0x71 is the data */
#define LAYOUT_PORT_MARK       0xe9  /* boot timer: a byte written here is a mark in the timeline */
#define LAYOUT_PORT_EXIT       0xf4  /* debug exit: the byte written here is the exit status */
#define LAYOUT_PORT_SLEEP      0x600 /* ACPI sleep control (power off), and sleep status behind */
#define LAYOUT_PORT_RESET      0x602 /* ACPI reset register */

/* --- interrupts: global system interrupts, pins of the IOAPIC -------------------------------- */
#define LAYOUT_GSI_COM1   4
#define LAYOUT_GSI_VIRTIO 5 /* and one more for each further device: up to 20 of the 24 pins */

/* --- limits of the machine ------------------------------------------------------------------- */
#define LAYOUT_CPUS_MAX 64
#define LAYOUT_RAM_MIN  (32 * LAYOUT_MIB)
#define LAYOUT_RAM_MAX  (1024 * LAYOUT_GIB)

#endif
