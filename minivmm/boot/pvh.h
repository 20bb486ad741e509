/* SPDX-License-Identifier: MIT */
/*
 * PVH, the boot protocol that Linux shares with Xen (docs/misc/pvh.pandoc in Xen's sources): an ELF
 * note tells where a kernel can be entered in 32-bit mode, and EBX points to what it needs to know.
 */
#ifndef MINIVMM_PVH_H
#define MINIVMM_PVH_H

#include <stdint.h>

#include "minivmm/devices/ram.h"

/* The ELF note: its name, its type; its content is the entry's physical address. */
#define PVH_NOTE_NAME "Xen"
#define PVH_NOTE_TYPE 18 /* XEN_ELFNOTE_PHYS32_ENTRY */

/*
 * Write struct hvm_start_info, version 1, to LAYOUT_PVH_START, and behind it its list of modules
 * (the initrd, where initrd_bytes is not 0) and the memory map.
 */
void pvh_write(const struct ram *ram, uint64_t initrd, uint64_t initrd_bytes, uint64_t rsdp);

#endif
