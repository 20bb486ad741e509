/* SPDX-License-Identifier: MIT */
/* The only nine bytes of firmware, in 16-bit real mode. */
#include "minivmm/boot/firmware.h"

#include "minivmm/devices/layout.h"
#include "minivmm/devices/power.h"

void firmware_write(const struct ram *ram)
{
    /*
     *            ba 02 06    mov dx, LAYOUT_PORT_RESET
     *            b0 01       mov al, POWER_RESET_VALUE
     *            ee          out dx, al
     *     again: f4          hlt
     *            eb fd       jmp again
     */
    static const uint8_t code[] = {0xba,
                                   LAYOUT_PORT_RESET & 0xff,
                                   LAYOUT_PORT_RESET >> 8,
                                   0xb0,
                                   POWER_RESET_VALUE,
                                   0xee,
                                   0xf4,
                                   0xeb,
                                   0xfd};
    _Static_assert(LAYOUT_RESET_VECTOR + sizeof code <= LAYOUT_ACPI_END, "below 1 MiB");

    ram_write(ram, LAYOUT_RESET_VECTOR, code, sizeof code);
}
