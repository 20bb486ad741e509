/* SPDX-License-Identifier: MIT */
/*
 * What the processor itself needs to be in the mode in which a kernel is entered: a table of
 * segments, and for long mode page tables. The kernel replaces both by its own at once.
 */
#ifndef MINIVMM_BOOT_TABLES_H
#define MINIVMM_BOOT_TABLES_H

#include "minivmm/devices/ram.h"

/* At LAYOUT_GDT, KERNEL_GDT_BYTES: flat segments, selectors as in kernel.h. */
void boot_tables_write_gdt(const struct ram *ram);

/* At LAYOUT_PAGE_TABLES: the first 4 GiB 1:1, in pages of 2 MiB. */
void boot_tables_write_pages(const struct ram *ram);

#endif
