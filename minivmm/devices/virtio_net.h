/* SPDX-License-Identifier: MIT */
/*
 * A network card (virtio 1.2, 5.1): one queue for receiving and one for sending, and behind them a
 * descriptor of the host that gives and takes one Ethernet frame with each read and write: a tap
 * interface (tap.h), or a socket to the network of user space (network.h).
 */
#ifndef MINIVMM_VIRTIO_NET_H
#define MINIVMM_VIRTIO_NET_H

#include "minivmm/devices/virtio.h"

enum { VIRTIO_NET_MAC_BYTES = 6 };

/* The other end. */
struct virtio_net_link {
    int fd;      /* non-blocking; the device closes it */
    bool is_tap; /* from tap_open(): checksums and segmentation can be left to the host */
    uint8_t mac[VIRTIO_NET_MAC_BYTES]; /* the guest's address */
};

/* Takes link->fd over, also when it fails. */
int virtio_net_create(struct virtio_device **device, const struct virtio_net_link *link,
                      struct error *error);

#endif
