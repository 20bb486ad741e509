/* SPDX-License-Identifier: MIT */
/*
 * The block device. A request is one buffer: a header and the data to write that the device reads,
 * then the data to read and one byte of status that it writes (virtio 1.2, 5.2.6).
 */
#include "minivmm/devices/virtio_blk.h"

#include <endian.h>
#include <errno.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ids.h>
#include <stdlib.h>
#include <string.h>

#include "minivmm/devices/disk.h"

enum {
    QUEUE_SIZE = VIRTQUEUE_SIZE_MAX,
    SEGMENTS_MAX = QUEUE_SIZE - 2, /* a chain is no longer than the queue: header, data, status */
    /*
     * What is moved by one system call. Between two of them a vCPU that wants to reset the device
     * gets it, so this is what it waits for at most.
     */
    STROKE_BYTES = 1 << 20,
    ZERO_SECTORS_MAX = (16 << 20) / DISK_SECTOR, /* of one discard or write-zeroes request */
};

struct blk {
    struct disk disk;
    char id[VIRTIO_BLK_ID_BYTES]; /* ended by 0 only where it is shorter */
    struct iovec pieces[VIRTQUEUE_PIECES_MAX];
};

/* Whether a number of bytes from a sector on is in the disk. Nothing here can overflow: a chain
 * holds at most 4 GiB, and sectors are compared before they are multiplied. */
static bool is_inside(const struct disk *disk, uint64_t sector, uint64_t bytes)
{
    const uint64_t sectors = disk->bytes / DISK_SECTOR;

    return bytes % DISK_SECTOR == 0 && sector <= sectors && bytes / DISK_SECTOR <= sectors - sector;
}

static uint8_t status_of(int result)
{
    if (result < 0)
        return VIRTIO_BLK_S_IOERR;
    return VIRTIO_BLK_S_OK;
}

/* Move data between disk and guest, straight, stroke by stroke. -EINTR: the device is wanted. */
static int transfer(struct virtio_device *device, const struct virtqueue_buffer *buffer,
                    uint64_t sector, uint64_t bytes, bool writing)
{
    struct blk *blk = device->state;
    const uint64_t skip = writing ? sizeof(struct virtio_blk_outhdr) : 0;

    if (!is_inside(&blk->disk, sector, bytes))
        return -EINVAL;
    for (uint64_t done = 0; done < bytes;) {
        if (virtio_is_wanted(device))
            return -EINTR;
        uint64_t most = bytes - done < STROKE_BYTES ? bytes - done : STROKE_BYTES;
        size_t total = 0;
        unsigned count = (writing ? virtqueue_readable : virtqueue_writable)(
            buffer, skip + done, most, blk->pieces, VIRTQUEUE_PIECES_MAX, &total);
        const uint64_t offset = sector * DISK_SECTOR + done;
        int result = writing ? disk_write(&blk->disk, offset, blk->pieces, count)
                             : disk_read(&blk->disk, offset, blk->pieces, count);
        if (result < 0)
            return result;
        done += total;
    }
    return 0;
}

/* Without VIRTIO_BLK_F_FLUSH a driver counts on what was written being on the medium (5.2.6.2). */
static int write_through(struct virtio_device *device)
{
    struct blk *blk = device->state;

    return device->accepted & UINT64_C(1) << VIRTIO_BLK_F_FLUSH ? 0 : disk_flush(&blk->disk);
}

/* DISCARD and WRITE_ZEROES: one range of sectors, as the configuration says. */
static uint8_t zero(struct virtio_device *device, const struct virtqueue_buffer *buffer,
                    bool discard)
{
    struct blk *blk = device->state;
    struct virtio_blk_discard_write_zeroes range;
    const uint64_t skip = sizeof(struct virtio_blk_outhdr);

    if (buffer->readable_bytes != skip + sizeof range ||
        virtqueue_read(buffer, skip, &range, sizeof range) != sizeof range)
        return VIRTIO_BLK_S_IOERR;
    const uint32_t flags = le32toh(range.flags), sectors = le32toh(range.num_sectors);
    const uint64_t sector = le64toh(range.sector);
    if (flags & ~(discard ? 0 : (uint32_t)VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP))
        return VIRTIO_BLK_S_UNSUPP;
    if (sectors > ZERO_SECTORS_MAX ||
        !is_inside(&blk->disk, sector, (uint64_t)sectors * DISK_SECTOR))
        return VIRTIO_BLK_S_IOERR;
    const uint64_t offset = sector * DISK_SECTOR, bytes = (uint64_t)sectors * DISK_SECTOR;
    int result = discard ? disk_discard(&blk->disk, offset, bytes)
                         : disk_zero(&blk->disk, offset, bytes, flags);
    return status_of(result < 0 ? result : write_through(device));
}

static uint8_t give_id(const struct blk *blk, const struct virtqueue_buffer *buffer)
{
    if (buffer->writable_bytes != sizeof blk->id + 1)
        return VIRTIO_BLK_S_IOERR;
    virtqueue_write(buffer, 0, blk->id, sizeof blk->id);
    return VIRTIO_BLK_S_OK;
}

/* Do a request. -EINTR: it was not finished, as the device is wanted; otherwise *status is set. */
static int handle(struct virtio_device *device, const struct virtqueue_buffer *buffer,
                  uint8_t *status)
{
    struct blk *blk = device->state;
    struct virtio_blk_outhdr header;
    int result = 0;

    virtqueue_read(buffer, 0, &header, sizeof header);
    const uint64_t sector = le64toh(header.sector);
    switch (le32toh(header.type)) {
    case VIRTIO_BLK_T_IN:
        result = transfer(device, buffer, sector, buffer->writable_bytes - 1, false);
        *status = status_of(result);
        break;
    case VIRTIO_BLK_T_OUT:
        result = blk->disk.read_only ? -EROFS
                                     : transfer(device, buffer, sector,
                                                buffer->readable_bytes - sizeof header, true);
        *status = status_of(result < 0 ? result : write_through(device));
        break;
    case VIRTIO_BLK_T_FLUSH:
        *status = status_of(disk_flush(&blk->disk));
        break;
    case VIRTIO_BLK_T_GET_ID:
        *status = give_id(blk, buffer);
        break;
    case VIRTIO_BLK_T_DISCARD:
        *status = zero(device, buffer, true);
        break;
    case VIRTIO_BLK_T_WRITE_ZEROES:
        *status = zero(device, buffer, false);
        break;
    default:
        *status = VIRTIO_BLK_S_UNSUPP;
    }
    return result;
}

static void serve(struct virtio_device *device, unsigned queue)
{
    struct virtqueue_buffer buffer;
    uint8_t status;

    while (virtio_take(device, queue, &buffer)) {
        /* Without a header or a place for the status there is nothing that could be answered. */
        if (buffer.readable_bytes < sizeof(struct virtio_blk_outhdr) || buffer.writable_bytes < 1) {
            virtio_break(device);
            return;
        }
        if (handle(device, &buffer, &status) == -EINTR) {
            /* To be done again from its start, unless the reset comes that we stopped for. */
            virtio_untake(device, queue);
            device->again |= 1;
            return;
        }
        virtqueue_write(&buffer, buffer.writable_bytes - 1, &status, 1);
        virtio_give(device, queue, &buffer, buffer.writable_bytes);
    }
}

static void destroy(struct virtio_device *device)
{
    struct blk *blk = device->state;

    disk_close(&blk->disk);
    free(blk);
}

static const struct virtio_kind kind = {
    .name = "virtio-blk",
    .id = VIRTIO_ID_BLOCK,
    .serve = serve,
    .destroy = destroy,
    .calls = &disk_calls,
};

static uint64_t features(const struct disk *disk)
{
    uint64_t bits = UINT64_C(1) << VIRTIO_BLK_F_FLUSH | UINT64_C(1) << VIRTIO_BLK_F_SEG_MAX |
                    UINT64_C(1) << VIRTIO_BLK_F_BLK_SIZE;

    if (disk->read_only)
        return bits | UINT64_C(1) << VIRTIO_BLK_F_RO;
    return bits | UINT64_C(1) << VIRTIO_BLK_F_DISCARD | UINT64_C(1) << VIRTIO_BLK_F_WRITE_ZEROES;
}

int virtio_blk_create(struct virtio_device **device, const struct minivmm_disk *config,
                      struct error *error)
{
    struct blk *blk = calloc(1, sizeof *blk);

    if (!blk)
        return error_set_errno(error, ENOMEM, "cannot make a disk");
    int result = disk_open(&blk->disk, config, error);
    if (result == 0) {
        result = virtio_create(device, &kind, blk, 1, QUEUE_SIZE, features(&blk->disk), error);
        if (result < 0)
            disk_close(&blk->disk);
    }
    if (result < 0) {
        free(blk);
        return result;
    }
    const char *slash = strrchr(config->path, '/'), *name = slash ? slash + 1 : config->path;
    memcpy(blk->id, name, strnlen(name, sizeof blk->id));

    const struct virtio_blk_config shown = {
        .capacity = htole64(blk->disk.bytes / DISK_SECTOR),
        .seg_max = htole32(SEGMENTS_MAX),
        .blk_size = htole32(DISK_SECTOR),
        .max_discard_sectors = htole32(ZERO_SECTORS_MAX),
        .max_discard_seg = htole32(1),
        .discard_sector_alignment = htole32(DISK_CLUSTER / DISK_SECTOR),
        .max_write_zeroes_sectors = htole32(ZERO_SECTORS_MAX),
        .max_write_zeroes_seg = htole32(1),
        .write_zeroes_may_unmap = 1,
    };
    /* Behind write_zeroes_may_unmap comes what belongs to features that are not offered. */
    (*device)->config_bytes = offsetof(struct virtio_blk_config, max_secure_erase_sectors);
    memcpy((*device)->config, &shown, (*device)->config_bytes);
    return 0;
}
_Static_assert(offsetof(struct virtio_blk_config, max_secure_erase_sectors) <= VIRTIO_CONFIG_MAX,
               "the configuration fits");
