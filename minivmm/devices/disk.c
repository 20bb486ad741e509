/* SPDX-License-Identifier: MIT */
/* Images, and overlays over them. */
#include "minivmm/devices/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct sandbox_call call_table[] = {
    SANDBOX_CALL(SYS_preadv),   SANDBOX_CALL(SYS_pwritev),   SANDBOX_CALL(SYS_pread64),
    SANDBOX_CALL(SYS_pwrite64), SANDBOX_CALL(SYS_fdatasync), SANDBOX_CALL(SYS_fallocate),
};
const struct sandbox_group disk_calls =
    SANDBOX_GROUP("reading, writing and freeing blocks of images that are open", call_table);

/* --- opening --------------------------------------------------------------------------------- */

static int check(struct disk *disk, const char *path, struct error *error)
{
    struct stat status;

    if (fstat(disk->fd, &status) < 0)
        return error_set_errno(error, errno, "cannot look at the image %s", path);
    if (S_ISDIR(status.st_mode))
        return error_set(error, EISDIR, "the image %s is a directory", path);
    if (!S_ISREG(status.st_mode) && !S_ISBLK(status.st_mode))
        return error_set(error, EINVAL, "the image %s is neither a file nor a block device", path);
    off_t bytes = lseek(disk->fd, 0, SEEK_END);
    if (bytes < 0)
        return error_set_errno(error, errno, "cannot tell the size of the image %s", path);
    disk->bytes = (uint64_t)bytes;
    if (disk->bytes < DISK_SECTOR)
        return error_set(error, EINVAL, "the image %s is too small: a disk has at least %d bytes",
                         path, DISK_SECTOR);
    if (disk->bytes % DISK_SECTOR)
        return error_set(error, EINVAL,
                         "the image %s has %llu bytes, not a multiple of %d (truncate -s %%%d "
                         "rounds a file up)",
                         path, (unsigned long long)disk->bytes, DISK_SECTOR, DISK_SECTOR);
    return 0;
}

static int lock(const struct disk *disk, bool writing, const char *path, struct error *error)
{
    if (flock(disk->fd, (writing ? LOCK_EX : LOCK_SH) | LOCK_NB) == 0)
        return 0;
    if (errno == EWOULDBLOCK)
        return error_set(error, EBUSY,
                         "the image %s is in use%s, by another machine or by this one", path,
                         writing ? "" : " for writing");
    return error_set_errno(error, errno, "cannot lock the image %s", path);
}

/* On a disk if possible, as it may grow to the image's size; else in memory. Never with a name. */
static int open_overlay(void)
{
    const char *folder = getenv("TMPDIR");
    int fd = open(folder && *folder ? folder : "/var/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    return fd >= 0 ? fd : memfd_create("minivmm-overlay", MFD_CLOEXEC);
}

static size_t bitmap_bytes(const struct disk *disk)
{
    return (size_t)(disk->bytes / DISK_CLUSTER / 8 + 1);
}

static int create_overlay(struct disk *disk, const char *path, struct error *error)
{
    disk->overlay_fd = open_overlay();
    if (disk->overlay_fd < 0 || ftruncate(disk->overlay_fd, (off_t)disk->bytes) < 0)
        return error_set_errno(error, errno, "cannot make an overlay for the image %s", path);
    /* Not malloc(3): the host gives a page of it when a cluster there is first written. */
    void *bitmap = mmap(NULL, bitmap_bytes(disk), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (bitmap == MAP_FAILED)
        return error_set_errno(error, errno, "cannot make an overlay for the image %s", path);
    disk->in_overlay = bitmap;
    return 0;
}

int disk_open(struct disk *disk, const struct minivmm_disk *config, struct error *error)
{
    const bool writing = !config->read_only && !config->cow;
    struct stat status;

    *disk = (struct disk){.fd = -1, .overlay_fd = -1, .read_only = config->read_only};
    /* O_NONBLOCK: a FIFO, which is no image, must not keep us waiting to say so. */
    int flags = (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (writing && stat(config->path, &status) == 0 && S_ISBLK(status.st_mode))
        flags |= O_EXCL; /* not while it is mounted */
    disk->fd = open(config->path, flags);
    if (disk->fd < 0)
        return errno == EISDIR
                   ? error_set(error, EISDIR, "the image %s is a directory", config->path)
                   : error_set_errno(error, errno, "cannot open the image %s", config->path);

    int result = check(disk, config->path, error);
    if (result == 0)
        result = lock(disk, writing, config->path, error);
    if (result == 0 && config->cow && !config->read_only)
        result = create_overlay(disk, config->path, error);
    if (result < 0)
        disk_close(disk);
    return result;
}

void disk_close(struct disk *disk)
{
    if (disk->in_overlay)
        munmap(disk->in_overlay, bitmap_bytes(disk));
    if (disk->overlay_fd >= 0)
        close(disk->overlay_fd);
    if (disk->fd >= 0)
        close(disk->fd);
    *disk = (struct disk){.fd = -1, .overlay_fd = -1};
}

/* --- moving bytes ---------------------------------------------------------------------------- */

/* Pieces still to be filled or written. */
struct rest {
    struct iovec *pieces;
    unsigned count;
};

static void advance(struct rest *rest, size_t bytes)
{
    while (rest->count && bytes >= rest->pieces->iov_len) {
        bytes -= rest->pieces->iov_len;
        rest->pieces++;
        rest->count--;
    }
    if (rest->count) {
        rest->pieces->iov_base = (uint8_t *)rest->pieces->iov_base + bytes;
        rest->pieces->iov_len -= bytes;
    }
}

/* Exactly bytes bytes, out of or into a file at the same offset as in the image. */
static int move(int fd, bool writing, struct rest *rest, uint64_t offset, uint64_t bytes)
{
    while (bytes > 0) {
        /* As many pieces as hold them; the last one is made shorter for the moment. */
        unsigned count = 0;
        uint64_t sum = 0;
        while (sum < bytes && count < rest->count)
            sum += rest->pieces[count++].iov_len;
        if (sum == 0)
            return -EINVAL;
        size_t beyond = sum > bytes ? (size_t)(sum - bytes) : 0;
        rest->pieces[count - 1].iov_len -= beyond;
        ssize_t done = writing ? pwritev(fd, rest->pieces, (int)count, (off_t)offset)
                               : preadv(fd, rest->pieces, (int)count, (off_t)offset);
        int errnum = errno;
        rest->pieces[count - 1].iov_len += beyond;
        if (done < 0 && errnum != EINTR)
            return -errnum;
        if (done == 0)
            return -EIO; /* the image has become shorter */
        if (done > 0) {
            advance(rest, (size_t)done);
            offset += (size_t)done;
            bytes -= (size_t)done;
        }
    }
    return 0;
}

static uint64_t sum_of(const struct iovec *pieces, unsigned count)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < count; i++)
        sum += pieces[i].iov_len;
    return sum;
}

static bool in_overlay(const struct disk *disk, uint64_t cluster)
{
    return disk->in_overlay[cluster / 8] >> (cluster % 8) & 1;
}

int disk_read(struct disk *disk, uint64_t offset, struct iovec *pieces, unsigned count)
{
    struct rest rest = {pieces, count};
    const uint64_t end = offset + sum_of(pieces, count);

    if (disk->overlay_fd < 0)
        return move(disk->fd, false, &rest, offset, end - offset);

    /* Run by run of clusters that are in the same file. */
    while (offset < end) {
        uint64_t cluster = offset / DISK_CLUSTER;
        const bool over = in_overlay(disk, cluster);
        do
            cluster++;
        while (cluster * DISK_CLUSTER < end && in_overlay(disk, cluster) == over);
        uint64_t run_end = cluster * DISK_CLUSTER < end ? cluster * DISK_CLUSTER : end;
        int result =
            move(over ? disk->overlay_fd : disk->fd, false, &rest, offset, run_end - offset);
        if (result < 0)
            return result;
        offset = run_end;
    }
    return 0;
}

/* --- the overlay ----------------------------------------------------------------------------- */

static void set_in_overlay(struct disk *disk, uint64_t cluster)
{
    disk->in_overlay[cluster / 8] |= (uint8_t)(1 << (cluster % 8));
}

/* Copy a cluster of which only a part is about to be written. */
static int copy_up(struct disk *disk, uint64_t cluster)
{
    uint8_t bytes[DISK_CLUSTER];
    const uint64_t offset = cluster * DISK_CLUSTER;
    const uint64_t left = disk->bytes - offset;
    struct iovec piece = {bytes, left < sizeof bytes ? (size_t)left : sizeof bytes};
    struct iovec again = piece;

    if (in_overlay(disk, cluster))
        return 0;
    int result = move(disk->fd, false, &(struct rest){&piece, 1}, offset, again.iov_len);
    if (result == 0)
        result = move(disk->overlay_fd, true, &(struct rest){&again, 1}, offset, again.iov_len);
    if (result == 0)
        set_in_overlay(disk, cluster);
    return result;
}

/* Before a range is written: its first and last cluster keep what is beside the range. */
static int copy_up_edges(struct disk *disk, uint64_t offset, uint64_t end)
{
    int result = 0;

    if (offset % DISK_CLUSTER)
        result = copy_up(disk, offset / DISK_CLUSTER);
    if (result == 0 && end % DISK_CLUSTER)
        result = copy_up(disk, end / DISK_CLUSTER);
    return result;
}

/* After it has been written, wholly: only now does the overlay hold what the guest is to see. */
static void mark(struct disk *disk, uint64_t offset, uint64_t end)
{
    for (uint64_t cluster = offset / DISK_CLUSTER; cluster * DISK_CLUSTER < end; cluster++)
        set_in_overlay(disk, cluster);
}

int disk_write(struct disk *disk, uint64_t offset, struct iovec *pieces, unsigned count)
{
    struct rest rest = {pieces, count};
    const uint64_t end = offset + sum_of(pieces, count);

    if (disk->read_only)
        return -EROFS;
    if (disk->overlay_fd < 0)
        return move(disk->fd, true, &rest, offset, end - offset);
    int result = copy_up_edges(disk, offset, end);
    if (result == 0)
        result = move(disk->overlay_fd, true, &rest, offset, end - offset);
    if (result == 0)
        mark(disk, offset, end);
    return result;
}

/* By writing zeros, where the file system knows no better way. */
static int write_zeros(int fd, uint64_t offset, uint64_t bytes)
{
    static const uint8_t zeros[64 << 10];

    while (bytes > 0) {
        size_t most = bytes < sizeof zeros ? (size_t)bytes : sizeof zeros;
        ssize_t done = pwrite(fd, zeros, most, (off_t)offset);
        if (done < 0 && errno != EINTR)
            return -errno;
        if (done == 0)
            return -EIO;
        if (done > 0) {
            offset += (size_t)done;
            bytes -= (size_t)done;
        }
    }
    return 0;
}

/* needed: the range has to read as zeros afterwards, even if that takes writing them. */
static int clear(struct disk *disk, uint64_t offset, uint64_t bytes, int mode, bool needed)
{
    const int fd = disk->overlay_fd < 0 ? disk->fd : disk->overlay_fd;
    int result = 0;

    if (disk->read_only)
        return -EROFS;
    if (disk->overlay_fd >= 0)
        result = copy_up_edges(disk, offset, offset + bytes);
    if (result == 0 && bytes > 0 &&
        fallocate(fd, mode | FALLOC_FL_KEEP_SIZE, (off_t)offset, (off_t)bytes) < 0) {
        if (errno != EOPNOTSUPP && errno != EINVAL)
            return -errno;
        if (!needed)
            return 0; /* the guest sees what it saw before */
        result = write_zeros(fd, offset, bytes);
    }
    if (result == 0 && disk->overlay_fd >= 0)
        mark(disk, offset, offset + bytes);
    return result;
}

int disk_zero(struct disk *disk, uint64_t offset, uint64_t bytes, bool free)
{
    return clear(disk, offset, bytes, free ? FALLOC_FL_PUNCH_HOLE : FALLOC_FL_ZERO_RANGE, true);
}

int disk_discard(struct disk *disk, uint64_t offset, uint64_t bytes)
{
    return clear(disk, offset, bytes, FALLOC_FL_PUNCH_HOLE, false);
}

int disk_flush(struct disk *disk)
{
    /* An overlay ends with the machine: nobody can miss what the host's cache loses. */
    if (disk->overlay_fd >= 0 || disk->read_only)
        return 0;
    return fdatasync(disk->fd) < 0 ? -errno : 0;
}
