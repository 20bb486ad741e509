/* SPDX-License-Identifier: MIT */
/* The memory map: RAM on both sides of the hole, and what is not RAM although it looks like it. */
#include "minivmm/boot/e820.h"

#include "minivmm/devices/layout.h"

unsigned e820_make(const struct ram *ram, struct e820_range ranges[E820_RANGES_MAX])
{
    unsigned count = 0;

#define ADD(first, behind, what)                                                                   \
    ranges[count++] = (struct e820_range){(first), (behind) - (first), (what)}
    ADD(UINT64_C(0), LAYOUT_LOW_END, E820_RAM);
    ADD(LAYOUT_LOW_END, LAYOUT_ACPI, E820_RESERVED);
    ADD(LAYOUT_ACPI, LAYOUT_ACPI_END, E820_ACPI);
    ADD(LAYOUT_RAM_1M, ram->low_bytes, E820_RAM);
    /* No RAM, but a kernel that looks for a place for devices must not choose this one. */
    ADD(LAYOUT_KVM_IDENTITY, LAYOUT_KVM_TSS + 3 * UINT64_C(4096), E820_RESERVED);
    if (ram->high_bytes > 0)
        ADD(LAYOUT_HOLE_END, LAYOUT_HOLE_END + ram->high_bytes, E820_RAM);
#undef ADD
    return count;
}
