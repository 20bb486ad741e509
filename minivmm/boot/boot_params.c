/* SPDX-License-Identifier: MIT */
/* The zero page of the Linux boot protocol. */
#include "minivmm/boot/boot_params.h"

#include "minivmm/boot/e820.h"
#include "minivmm/devices/layout.h"

/* boot.rst, type_of_loader: a loader without a number of its own. */
#define LOADER_UNKNOWN 0xff

void boot_params_write(const struct ram *ram, const struct setup_header *header,
                       const struct boot_params_additions *additions)
{
    struct boot_params params = {.hdr = *header, .acpi_rsdp_addr = additions->rsdp};
    struct e820_range ranges[E820_RANGES_MAX];

    params.hdr.type_of_loader = LOADER_UNKNOWN;
    params.hdr.loadflags |= SETUP_LOADED_HIGH;
    params.hdr.code32_start = (uint32_t)additions->kernel;
    params.hdr.ramdisk_image = (uint32_t)additions->initrd;
    params.hdr.ramdisk_size = (uint32_t)additions->initrd_bytes;
    params.hdr.cmd_line_ptr = (uint32_t)LAYOUT_COMMAND;
    /* The loader's to set: whatever a file says here leads nowhere. */
    params.hdr.setup_data = 0;
    params.hdr.hardware_subarch = 0;
    params.hdr.hardware_subarch_data = 0;

    params.e820_entries = (uint8_t)e820_make(ram, ranges);
    for (unsigned i = 0; i < params.e820_entries; i++)
        params.e820_table[i] =
            (struct boot_params_range){ranges[i].start, ranges[i].bytes, ranges[i].type};
    ram_write(ram, LAYOUT_ZERO_PAGE, &params, sizeof params);
}
