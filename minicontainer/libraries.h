/* SPDX-License-Identifier: MIT */
#ifndef MINICONTAINER_LIBRARIES_H
#define MINICONTAINER_LIBRARIES_H

#include "common/error.h"
#include "minicontainer/rootfs.h"

/* Plan the interpreter and the libraries of the program at host into the root. */
int libraries_plan(const char *host, struct rootfs *rootfs, struct error *error);

#endif
