/* SPDX-License-Identifier: MIT */
/* RAM of a guest system, for tests that need no VM. */
#ifndef TESTS_BOOT_RAM_H
#define TESTS_BOOT_RAM_H

#include <stdlib.h>

#include "minivmm/devices/layout.h"
#include "minivmm/devices/ram.h"

static inline struct ram boot_ram_new(uint64_t bytes)
{
    struct ram ram;
    struct error error;

    if (ram_create(&ram, bytes, &error) < 0)
        abort();
    return ram;
}

#endif
