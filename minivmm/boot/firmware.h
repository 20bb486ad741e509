/* SPDX-License-Identifier: MIT */
/*
 * The machine has no firmware, and a kernel that came by a boot protocol calls none, with one
 * exception. Where ACPI is hardware-reduced, Linux with EFI support takes it that the machine was
 * booted by EFI and wants to be reset by it (reboot_init() in arch/x86/kernel/reboot.c); as there
 * is no EFI, it then does as in the days of DOS: real mode, and a jump to the BIOS at f000:fff0.
 */
#ifndef MINIVMM_FIRMWARE_H
#define MINIVMM_FIRMWARE_H

#include "minivmm/devices/ram.h"

/* Put code at LAYOUT_RESET_VECTOR that resets the machine. */
void firmware_write(const struct ram *ram);

#endif
