/* SPDX-License-Identifier: MIT */
/*
 * A disk image: a regular file or a block device, as a row of bytes that a guest reads and writes.
 * With `cow` (copy on write) what is written goes to an overlay, an unlinked sparse file that ends
 * with this process however it ends; the image is not even open for writing.
 *
 * One machine may write to an image, or several may read it: a lock (flock(2)) says so to other
 * machines of ours, and O_EXCL to whoever mounts a block device.
 */
#ifndef MINIVMM_DISK_H
#define MINIVMM_DISK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "common/error.h"
#include "minivmm/devices/sandbox.h"
#include "minivmm/minivmm.h"

enum {
    DISK_SECTOR = 512,   /* bytes: virtio's unit, whatever the image's own is */
    DISK_CLUSTER = 4096, /* bytes: what is copied into the overlay at a time */
};

struct disk {
    int fd;
    uint64_t bytes; /* a multiple of DISK_SECTOR */
    bool read_only;
    int overlay_fd;      /* -1: none */
    uint8_t *in_overlay; /* one bit for each cluster */
};

/*
 * Open and lock the image. Errors, each in one line: not found, not allowed, a directory or another
 * thing that is no image, its size not a multiple of DISK_SECTOR or 0, in use by another machine.
 */
int disk_open(struct disk *disk, const struct minivmm_disk *config, struct error *error);
void disk_close(struct disk *disk);

/*
 * Read into, or write from, pieces, which are used up. offset and the pieces' sum are multiples of
 * DISK_SECTOR and do not go beyond the end. 0, or a negative errno: then some of it may have been
 * done.
 */
int disk_read(struct disk *disk, uint64_t offset, struct iovec *pieces, unsigned count);
int disk_write(struct disk *disk, uint64_t offset, struct iovec *pieces, unsigned count);

/* Make a range read as zeros; free: the host may have its blocks. */
int disk_zero(struct disk *disk, uint64_t offset, uint64_t bytes, bool free);

/* The guest does not need a range any more: the host gets its blocks where the file system can take
 * them. Where it cannot, nothing happens: zeros would take blocks instead of freeing them. */
int disk_discard(struct disk *disk, uint64_t offset, uint64_t bytes);

/* What was written before is on the medium when this returns. */
int disk_flush(struct disk *disk);

/* The system calls of all but disk_open() and disk_close(). */
extern const struct sandbox_group disk_calls;

#endif
