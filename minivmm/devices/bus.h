/* SPDX-License-Identifier: MIT */
/*
 * A bus: ranges of addresses, and the device behind each. A machine has two, one of ports and one
 * of guest-physical memory (MMIO). An access that no device takes reads as all ones and writes
 * nothing, as on a PC.
 *
 * Devices are added before the first vCPU runs, and the bus does not change afterwards: so it needs
 * no lock. Two vCPUs may be in the same device at the same time: each device locks itself.
 */
#ifndef MINIVMM_BUS_H
#define MINIVMM_BUS_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

/* All that a device is to the bus. Offsets are from start; size is 1, 2, 4 or 8 bytes. */
struct bus_range {
    const char *name; /* in statistics and --explain */
    uint64_t start, length;
    /* offset + size never goes beyond length. What is written has no bits above its size. */
    uint64_t (*read)(void *device, uint64_t offset, unsigned size);
    void (*write)(void *device, uint64_t offset, unsigned size, uint64_t value);
    void *device;
};

enum { BUS_RANGES_MAX = 32, BUS_NOBODY = BUS_RANGES_MAX };

struct bus {
    size_t count;
    struct bus_range ranges[BUS_RANGES_MAX];
};

/* Errors: -EEXIST when the range overlaps another one's, -ENOSPC. */
int bus_add(struct bus *bus, const struct bus_range *range, struct error *error);

/*
 * One access of the guest: size is 1, 2, 4 or 8. Returns the number of the range that took it, for
 * statistics, or BUS_NOBODY; *value is then all ones. A range must hold all of the access.
 */
size_t bus_read(const struct bus *bus, uint64_t address, unsigned size, uint64_t *value);
size_t bus_write(const struct bus *bus, uint64_t address, unsigned size, uint64_t value);

#endif
