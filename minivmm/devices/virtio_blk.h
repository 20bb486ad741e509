/* SPDX-License-Identifier: MIT */
/* A disk (virtio 1.2, 5.2): requests of the guest become preadv(2) and pwritev(2), straight between
 * the image and guest memory. */
#ifndef MINIVMM_VIRTIO_BLK_H
#define MINIVMM_VIRTIO_BLK_H

#include "minivmm/devices/virtio.h"
#include "minivmm/minivmm.h"

/* Opens and locks the image; error is one line that names it (disk.h). */
int virtio_blk_create(struct virtio_device **device, const struct minivmm_disk *disk,
                      struct error *error);

#endif
