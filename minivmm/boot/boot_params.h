/* SPDX-License-Identifier: MIT */
/*
 * The zero page, struct boot_params: by it the Linux boot protocol hands over everything
 * (Documentation/x86/boot.rst and zero-page.rst in the kernel's sources). In the middle stands the
 * setup header, which a bzImage has at the same offset in its file, filled in by the kernel's
 * authors; the boot loader copies it and adds what it knows. Names are those of boot.rst.
 */
#ifndef MINIVMM_BOOT_PARAMS_H
#define MINIVMM_BOOT_PARAMS_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/ram.h"

#pragma pack(push, 1)

struct setup_header {
    uint8_t setup_sects; /* 512-byte sectors of real-mode code, without the first */
    uint16_t root_flags;
    uint32_t syssize; /* of the protected-mode code, in units of 16 bytes */
    uint16_t ram_size, vid_mode, root_dev;
    uint16_t boot_flag;
    uint8_t jump[2]; /* a real-mode instruction; its second byte tells where the header ends */
    uint32_t header; /* "HdrS" */
    uint16_t version;
    uint32_t realmode_swtch;
    uint16_t start_sys_seg;
    uint16_t kernel_version; /* where the version is told, an offset from the second sector */
    uint8_t type_of_loader;
    uint8_t loadflags;
    uint16_t setup_move_size;
    uint32_t code32_start;
    uint32_t ramdisk_image, ramdisk_size;
    uint32_t bootsect_kludge;
    uint16_t heap_end_ptr;
    uint8_t ext_loader_ver, ext_loader_type;
    uint32_t cmd_line_ptr;
    uint32_t initrd_addr_max; /* the highest address of the initrd's last byte */
    uint32_t kernel_alignment;
    uint8_t relocatable_kernel, min_alignment;
    uint16_t xloadflags;
    uint32_t cmdline_size; /* characters, without the final 0 */
    uint32_t hardware_subarch;
    uint64_t hardware_subarch_data;
    uint32_t payload_offset, payload_length;
    uint64_t setup_data;
    uint64_t pref_address; /* where the kernel wants to lie */
    uint32_t init_size;    /* memory it needs there until it reads the memory map */
    uint32_t handover_offset;
    uint32_t kernel_info_offset;
};

struct boot_params_range {
    uint64_t addr, size;
    uint32_t type;
};

struct boot_params {
    uint8_t before_rsdp[0x070];
    uint64_t acpi_rsdp_addr;
    uint8_t before_entries[0x1e8 - 0x078];
    uint8_t e820_entries;
    uint8_t before_sentinel[0x1ef - 0x1e9];
    uint8_t sentinel; /* not 0 would say that the page was not cleared */
    uint8_t before_header;
    struct setup_header hdr;
    uint8_t before_table[0x2d0 - 0x26c];
    struct boot_params_range e820_table[128];
    uint8_t rest[0x1000 - 0xcd0];
};

#pragma pack(pop)

#define BOOT_PARAMS_HEADER 0x1f1 /* of the setup header, in the zero page and in a bzImage */

_Static_assert(offsetof(struct boot_params, hdr) == BOOT_PARAMS_HEADER, "zero-page.rst");
_Static_assert(offsetof(struct boot_params, hdr.header) == 0x202, "boot.rst");
_Static_assert(offsetof(struct boot_params, hdr.cmd_line_ptr) == 0x228, "boot.rst");
_Static_assert(offsetof(struct boot_params, hdr.pref_address) == 0x258, "boot.rst");
_Static_assert(offsetof(struct boot_params, e820_table) == 0x2d0, "zero-page.rst");
_Static_assert(sizeof(struct boot_params) == 4096, "zero-page.rst");

#define SETUP_BOOT_FLAG 0xaa55
#define SETUP_HEADER    0x53726448u /* "HdrS" */
#define SETUP_VERSION   0x020c      /* 2.12: the first with xloadflags */

enum {
    SETUP_LOADED_HIGH = 1 << 0,            /* loadflags */
    SETUP_KERNEL_64 = 1 << 0,              /* xloadflags */
    SETUP_CAN_BE_LOADED_ABOVE_4G = 1 << 1, /* xloadflags */
};

/* What the boot loader adds to the header. */
struct boot_params_additions {
    uint64_t kernel, initrd, initrd_bytes, rsdp;
};

/*
 * Write the zero page to LAYOUT_ZERO_PAGE: the header, the additions, the command line's address,
 * the memory map.
 */
void boot_params_write(const struct ram *ram, const struct setup_header *header,
                       const struct boot_params_additions *additions);

#endif
