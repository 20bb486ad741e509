/* SPDX-License-Identifier: MIT */
/* A tap interface of the host: a network card whose wire is a file descriptor (tuntap.rst). */
#ifndef MINIVMM_TAP_H
#define MINIVMM_TAP_H

#include <stdbool.h>

#include "common/error.h"

/*
 * Open the existing interface name; the caller must own it or have CAP_NET_ADMIN. Returns a
 * non-blocking descriptor whose frames have a struct virtio_net_hdr (12 bytes) in front, or a
 * negative errno: there is no such interface, it is no tap, it is in use, it may not be used.
 */
int tap_open(const char *name, struct error *error);

#endif
