/* SPDX-License-Identifier: MIT */
#include "minicontainer/libraries.h"

int libraries_plan(const char *host, struct rootfs *rootfs, struct error *error)
{
    (void)host, (void)rootfs, (void)error;
    return 0;
}
