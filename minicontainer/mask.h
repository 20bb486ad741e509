/* SPDX-License-Identifier: MIT */
/* The parts of /proc and /sys that belong to the machine and not to the container. */
#ifndef MINICONTAINER_MASK_H
#define MINICONTAINER_MASK_H

#include "common/error.h"
#include "minicontainer/minicontainer.h"

/*
 * net: what /sys was mounted for. Cover what must not be read, and make read-only what must not be
 * written, in /proc and in /sys of the root at the descriptor. What does not exist on this kernel
 * is passed over.
 */
int mask_proc(int root, struct error *error);
int mask_sys(int root, enum minicontainer_net net, struct error *error);

#endif
