/* SPDX-License-Identifier: MIT */
/* From an address to the device behind it. */
#include "minivmm/devices/bus.h"

#include <errno.h>

int bus_add(struct bus *bus, const struct bus_range *range, struct error *error)
{
    if (bus->count == BUS_RANGES_MAX)
        return error_set(error, ENOSPC, "%s: the bus is full", range->name);
    for (size_t i = 0; i < bus->count; i++) {
        const struct bus_range *other = &bus->ranges[i];
        if (range->start < other->start + other->length &&
            other->start < range->start + range->length)
            return error_set(error, EEXIST, "%s and %s have the same addresses", range->name,
                             other->name);
    }
    bus->ranges[bus->count++] = *range;
    return 0;
}

/* A machine has a handful of ranges: looking at each is faster than any clever search. */
static size_t find(const struct bus *bus, uint64_t address, unsigned size)
{
    for (size_t i = 0; i < bus->count; i++) {
        const struct bus_range *range = &bus->ranges[i];
        uint64_t offset = address - range->start;
        if (offset < range->length && size <= range->length - offset)
            return i;
    }
    return BUS_NOBODY;
}

static uint64_t mask(unsigned size)
{
    return size >= 8 ? UINT64_MAX : (UINT64_C(1) << (size * 8)) - 1;
}

size_t bus_read(const struct bus *bus, uint64_t address, unsigned size, uint64_t *value)
{
    size_t number = find(bus, address, size);

    *value = UINT64_MAX;
    if (number != BUS_NOBODY) {
        const struct bus_range *range = &bus->ranges[number];
        *value = range->read(range->device, address - range->start, size);
    }
    *value &= mask(size);
    return number;
}

size_t bus_write(const struct bus *bus, uint64_t address, unsigned size, uint64_t value)
{
    size_t number = find(bus, address, size);

    if (number != BUS_NOBODY) {
        const struct bus_range *range = &bus->ranges[number];
        range->write(range->device, address - range->start, size, value & mask(size));
    }
    return number;
}
