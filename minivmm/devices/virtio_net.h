/* SPDX-License-Identifier: MIT */
/*
 * virtio network card (virtio 1.2, 5.1): one pair of queues, and behind it a descriptor of the host
 * that takes and gives one Ethernet frame for each write and read: a tap interface (tap.h), or a
 * socket to the network of user space (network.h).
 */
#ifndef MINIVMM_VIRTIO_NET_H
#define MINIVMM_VIRTIO_NET_H

#include "minivmm/devices/virtio.h"

enum { VIRTIO_NET_MAC_BYTES = 6 };

struct virtio_net_config {
    int fd; /* non-blocking; closed with the device */
    bool
        offload; /* frames on it have a struct virtio_net_hdr in front, as on a tap with VNET_HDR */
    uint8_t mac[VIRTIO_NET_MAC_BYTES];
};

/* Fill the kind's part of *device: for virtio_create(). */
int virtio_net_create(struct virtio_device *device, const struct virtio_net_config *config,
                      struct error *error);

#endif
