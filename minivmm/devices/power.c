/* SPDX-License-Identifier: MIT */
/* ACPI's power-off and reset, when there is no more ACPI hardware than these registers. */
#include "minivmm/devices/power.h"

#include "minivmm/devices/layout.h"

/* Sleep control register (ACPI 6.4, table 4.22). Bits 2 to 4 are the sleep type. */
#define SLP_EN         0x20
#define SLP_TYP(value) ((value) >> 2 & 7)

enum { SLEEP_CONTROL, SLEEP_STATUS, SLEEP_REGISTERS };

/* Nothing ever wakes this machine: WAK_STS is 0, and the control register reads as 0. */
static uint64_t read_zero(void *device, uint64_t offset, unsigned size)
{
    (void)device, (void)offset, (void)size;
    return 0;
}

static void write_sleep(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    (void)size;
    if (offset == SLEEP_CONTROL && (value & SLP_EN) && SLP_TYP(value) == POWER_SLEEP_TYPE_S5)
        control_end(device, MINIVMM_SYSTEM_POWERED_OFF, 0);
}

static void write_reset(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    (void)offset, (void)size;
    if (value == POWER_RESET_VALUE)
        control_end(device, MINIVMM_SYSTEM_REBOOTED, 0);
}

int power_create(struct bus *ports, struct control *control, struct error *error)
{
    const struct bus_range sleep = {.name = "ACPI sleep",
                                    .start = LAYOUT_PORT_SLEEP,
                                    .length = SLEEP_REGISTERS,
                                    .read = read_zero,
                                    .write = write_sleep,
                                    .device = control};
    const struct bus_range reset = {.name = "ACPI reset",
                                    .start = LAYOUT_PORT_RESET,
                                    .length = 1,
                                    .read = read_zero,
                                    .write = write_reset,
                                    .device = control};
    int result = bus_add(ports, &sleep, error);

    return result < 0 ? result : bus_add(ports, &reset, error);
}
