/* SPDX-License-Identifier: MIT */
/* The boot timer and the debug exit. */
#include "minivmm/devices/ports.h"

#include "minivmm/devices/layout.h"

static uint64_t read_nothing(void *device, uint64_t offset, unsigned size)
{
    (void)device, (void)offset, (void)size;
    return UINT64_MAX;
}

static void write_mark(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    const struct ports *ports = device;

    (void)offset, (void)size;
    if (ports->mark)
        ports->mark(ports->context, (uint8_t)value);
}

static void write_exit(void *device, uint64_t offset, unsigned size, uint64_t value)
{
    const struct ports *ports = device;

    (void)offset, (void)size;
    control_end(ports->control, MINIVMM_SYSTEM_EXITED, (uint8_t)value);
}

int ports_create(struct ports *ports, struct bus *bus, struct error *error)
{
    const struct bus_range mark = {.name = "boot timer",
                                   .start = LAYOUT_PORT_MARK,
                                   .length = 1,
                                   .read = read_nothing,
                                   .write = write_mark,
                                   .device = ports};
    const struct bus_range leave = {.name = "debug exit",
                                    .start = LAYOUT_PORT_EXIT,
                                    .length = 1,
                                    .read = read_nothing,
                                    .write = write_exit,
                                    .device = ports};
    int result = bus_add(bus, &mark, error);

    return result < 0 ? result : bus_add(bus, &leave, error);
}
