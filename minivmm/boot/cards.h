/* SPDX-License-Identifier: MIT */
/* The board's virtio devices: disks, network cards, console, entropy. */
#ifndef MINIVMM_CARDS_H
#define MINIVMM_CARDS_H

#include "minivmm/boot/board.h"

/* Make those that config asks for, and plug each into the next place. */
int cards_add(struct board *board, const struct minivmm_system_config *config,
              const struct ram *ram, struct control *control, struct error *error);

void cards_destroy(struct board *board);

#endif
