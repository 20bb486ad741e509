/* SPDX-License-Identifier: MIT */
/*
 * The memory map of the machine, as the firmware of a PC would tell it: named for the BIOS call
 * that did (ACPI 6.4, chapter 15). Both boot protocols hand it to the kernel, each in its own
 * layout.
 */
#ifndef MINIVMM_E820_H
#define MINIVMM_E820_H

#include <stdint.h>

#include "minivmm/devices/ram.h"

enum e820_type {
    E820_RAM = 1,
    E820_RESERVED = 2,
    E820_ACPI = 3, /* ACPI tables */
};

struct e820_range {
    uint64_t start, bytes;
    enum e820_type type;
};

enum { E820_RANGES_MAX = 6 };

/* Fill in the ranges, from low to high addresses, and return how many there are. */
unsigned e820_make(const struct ram *ram, struct e820_range ranges[E820_RANGES_MAX]);

#endif
