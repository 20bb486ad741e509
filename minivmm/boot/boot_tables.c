/* SPDX-License-Identifier: MIT */
/* Segments and page tables for the first instructions (Intel SDM volume 3, 3.4.5 and 4.5). */
#include "minivmm/boot/boot_tables.h"

#include "minivmm/boot/kernel.h"
#include "minivmm/devices/layout.h"

/*
 * The bits of a segment descriptor above its limit and base: 47 present, 44 code or data (and not
 * the system's), 43..40 the type; 55 limit in units of 4 KiB, 54 32-bit, 53 64-bit.
 */
#define DESCRIPTOR(flags, type, limit)                                                             \
    (UINT64_C(flags) << 52 | UINT64_C(type) << 40 | ((limit)&UINT64_C(0xf0000)) << 32 |            \
     ((limit)&UINT64_C(0xffff)))

void boot_tables_write_gdt(const struct ram *ram)
{
    static const uint64_t gdt[KERNEL_GDT_BYTES / 8] = {
        [KERNEL_CS32 / 8] = DESCRIPTOR(0xc, 0x9b, 0xfffff), /* 4 GiB, 32-bit; execute, read */
        [KERNEL_CS64 / 8] = DESCRIPTOR(0xa, 0x9b, 0xfffff), /* 64-bit; execute, read */
        [KERNEL_DS / 8] = DESCRIPTOR(0xc, 0x93, 0xfffff),   /* 4 GiB; read, write */
        [KERNEL_TSS / 8] = DESCRIPTOR(0x0, 0x8b, 0x67),     /* a task state segment, in use */
    };

    ram_write(ram, LAYOUT_GDT, gdt, sizeof gdt);
}

void boot_tables_write_pages(const struct ram *ram)
{
    enum { PRESENT = 1 << 0, WRITABLE = 1 << 1, LARGE = 1 << 7, ENTRIES = 512 };
    uint64_t(*tables)[ENTRIES] = ram_at(ram, LAYOUT_PAGE_TABLES, 6 * sizeof *tables);
    uint64_t(*directories)[ENTRIES] = tables + 2;

    tables[0][0] = (LAYOUT_PAGE_TABLES + sizeof *tables) | WRITABLE | PRESENT;
    for (uint64_t gib = 0; gib < 4; gib++) {
        tables[1][gib] = (LAYOUT_PAGE_TABLES + (2 + gib) * sizeof *tables) | WRITABLE | PRESENT;
        for (uint64_t i = 0; i < ENTRIES; i++)
            directories[gib][i] =
                (gib * LAYOUT_GIB + i * 2 * LAYOUT_MIB) | LARGE | WRITABLE | PRESENT;
    }
}
