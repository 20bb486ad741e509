/* SPDX-License-Identifier: MIT */
/* struct hvm_start_info (xen/include/public/arch-x86/hvm/start_info.h). */
#include "minivmm/boot/pvh.h"

#include "minivmm/boot/e820.h"
#include "minivmm/devices/layout.h"

#define MAGIC 0x336ec578u

struct start_info {
    uint32_t magic;
    uint32_t version; /* 1: has a memory map */
    uint32_t flags;
    uint32_t nr_modules;
    uint64_t modlist_paddr;
    uint64_t cmdline_paddr;
    uint64_t rsdp_paddr;
    uint64_t memmap_paddr;
    uint32_t memmap_entries;
    uint32_t reserved;
};
_Static_assert(sizeof(struct start_info) == 56, "start_info.h");

struct module {
    uint64_t paddr, size, cmdline_paddr, reserved;
};

struct memory_range {
    uint64_t addr, size;
    uint32_t type; /* as in E820 */
    uint32_t reserved;
};

struct pvh {
    struct start_info start;
    struct module modules[1];
    struct memory_range map[E820_RANGES_MAX];
};
_Static_assert(LAYOUT_PVH_START + sizeof(struct pvh) <= LAYOUT_ZERO_PAGE, "layout.h");

void pvh_write(const struct ram *ram, uint64_t initrd, uint64_t initrd_bytes, uint64_t rsdp)
{
    struct e820_range ranges[E820_RANGES_MAX];
    struct pvh pvh = {.modules = {{.paddr = initrd, .size = initrd_bytes}}};

    pvh.start = (struct start_info){
        .magic = MAGIC,
        .version = 1,
        .nr_modules = initrd_bytes > 0,
        .modlist_paddr = LAYOUT_PVH_START + offsetof(struct pvh, modules),
        .cmdline_paddr = LAYOUT_COMMAND,
        .rsdp_paddr = rsdp,
        .memmap_paddr = LAYOUT_PVH_START + offsetof(struct pvh, map),
        .memmap_entries = e820_make(ram, ranges),
    };
    for (unsigned i = 0; i < pvh.start.memmap_entries; i++)
        pvh.map[i] = (struct memory_range){ranges[i].start, ranges[i].bytes, ranges[i].type, 0};
    ram_write(ram, LAYOUT_PVH_START, &pvh, sizeof pvh);
}
