/* SPDX-License-Identifier: MIT */
/* A source of entropy (virtio 1.2, 5.4): random bytes of the host's kernel. */
#ifndef MINIVMM_VIRTIO_RNG_H
#define MINIVMM_VIRTIO_RNG_H

#include "minivmm/devices/virtio.h"

int virtio_rng_create(struct virtio_device **device, struct error *error);

#endif
