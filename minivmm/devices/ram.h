/* SPDX-License-Identifier: MIT */
/*
 * The RAM of a guest system: guest-physical addresses, and the one gateway from them to the host's.
 * All devices' threads read and write it while the guest does the same; what has been read may be
 * another value the next time. So whoever judges a value from it copies it first, once.
 */
#ifndef MINIVMM_RAM_H
#define MINIVMM_RAM_H

#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

struct ram {
    uint8_t *low; /* guest-physical 0 to low_bytes */
    uint64_t low_bytes;
    uint8_t *high; /* guest-physical 4 GiB and on; NULL: none */
    uint64_t high_bytes;
};

/*
 * Reserve bytes of RAM (a multiple of 4 KiB, LAYOUT_RAM_MIN to LAYOUT_RAM_MAX), split around the
 * hole below 4 GiB. The host gives a page when it is first touched. Error: -ENOMEM.
 */
int ram_create(struct ram *ram, uint64_t bytes, struct error *error);

/* Give the memory slots to the VM (KVM_SET_USER_MEMORY_REGION); before the irqchip is made. */
int ram_plug(const struct ram *ram, int vm_fd, struct error *error);

void ram_destroy(struct ram *ram);

/* The host's address of bytes at gpa; NULL unless all of them are RAM, in one piece. */
void *ram_at(const struct ram *ram, uint64_t gpa, uint64_t bytes);

/* Copy out of or into RAM; -EFAULT, with nothing copied, unless all of it is RAM. */
int ram_read(const struct ram *ram, uint64_t gpa, void *to, size_t bytes);
int ram_write(const struct ram *ram, uint64_t gpa, const void *from, size_t bytes);

#endif
