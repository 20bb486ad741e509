/* SPDX-License-Identifier: MIT */
/*
 * disk: a tenant that writes and insists that it has reached the disk, fdatasync(2). A victim when
 * the blocks are small, an antagonist when they are large. It writes over and over the same 16 MiB
 * of a file without a name, which is gone with the process.
 *
 * A unit is a block of `--kib` KiB (16 unless told). A file system in memory is no disk: then it
 * says so, and ends.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include "bench/antagonists/bounds.h"

#define FILE_BYTES ((off_t)BOUND_FILE_MIB * (off_t)MIB)

/* Where it writes only if so many times as much is free. */
enum { FREE_TIMES = 16 };

struct disk {
    int fd;
    size_t bytes; /* of a block */
    off_t next;   /* where the next one goes */
};

static char block[MIB];

static uint64_t disk_work(void *state, uint64_t units)
{
    struct disk *disk = state;

    for (uint64_t i = 0; i < units; i++) {
        if (pwrite(disk->fd, block, disk->bytes, disk->next) != (ssize_t)disk->bytes ||
            fdatasync(disk->fd) < 0)
            protocol_fail("disk", strerror(errno));
        disk->next = (disk->next + (off_t)disk->bytes) % FILE_BYTES;
    }
    return units;
}

/* −1: none, why says why. The kernel keeps what lies in /var/tmp longer than what lies in /tmp. */
static int open_file(const char **why, int *errnum)
{
    static const char *const folders[] = {"/var/tmp", "/tmp"};
    struct statfs status;

    *why = "no file can be written in here";
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        int fd = open(folders[i], O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
        *errnum = errno;
        if (fd < 0)
            continue;
        *errnum = 0;
        if (fstatfs(fd, &status) < 0)
            *errnum = errno;
        else if (status.f_type == TMPFS_MAGIC || status.f_type == RAMFS_MAGIC)
            *why = "there is no disk in here, only file systems in memory";
        else if ((uint64_t)status.f_bavail * (uint64_t)status.f_bsize <
                 (uint64_t)FREE_TIMES * (uint64_t)FILE_BYTES)
            *why = "the disk is nearly full";
        else
            return fd;
        close(fd);
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct disk disk = {.bytes = 16 * 1024};
    uint64_t kib;
    const char *why;
    int errnum;

    if (argc == 3 && strcmp(argv[1], "--kib") == 0 &&
        protocol_parse_number(argv[2], strlen(argv[2]), MIB / 1024, &kib) &&
        FILE_BYTES / 1024 % (off_t)kib == 0)
        disk.bytes = (size_t)kib * 1024;
    else if (argc > 1)
        protocol_fail("disk", "usage: [--kib N], N a divisor of 16384, up to 1024");
    bounds_set();
    disk.fd = open_file(&why, &errnum);
    if (disk.fd < 0)
        protocol_cannot("disk", why, errnum);
    /* All of the file is there, so that what is measured is writing, not growing. */
    for (off_t at = 0; at < FILE_BYTES; at += (off_t)MIB)
        if (pwrite(disk.fd, block, MIB, at) != (ssize_t)MIB)
            protocol_cannot("disk", "no file can be written in here", errno);
    fdatasync(disk.fd);
    return protocol_serve("disk", disk_work, &disk);
}
