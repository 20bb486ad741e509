/* SPDX-License-Identifier: MIT */
/*
 * file: what does it cost to write to a file, and what to know that it has reached the disk?
 *
 * One iteration writes 4 KiB with pwrite(2), one place after the other in a file of 4 MiB that
 * never grows and that no folder lists, so that it is gone with the program. With --sync, each is
 * followed by fsync(2).
 *
 * Without --sync the file lies in memory, in a tmpfs, which every box has: the way through the
 * kernel is compared, and not the disk. With --sync it lies where a program in this box would put
 * what is to stay: on a disk if there is one, else in memory again, where fsync(2) has nothing to
 * do. On which file system stands behind `ready`, and only equal ones are compared.
 *
 * What it does not answer: a disk's throughput, or files too large for the page cache.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "bench/workloads/protocol.h"

#define NAME "file"

enum { BLOCK_BYTES = 4096, FILE_BLOCKS = 1024 };

struct file {
    int fd;
    bool sync;
    unsigned char block[BLOCK_BYTES];
};

static const struct {
    unsigned long magic; /* statfs(2) */
    const char *name;
} kinds[] = {
    {TMPFS_MAGIC,           "tmpfs"  },
    {RAMFS_MAGIC,           "ramfs"  },
    {EXT4_SUPER_MAGIC,      "ext4"   },
    {XFS_SUPER_MAGIC,       "xfs"    },
    {BTRFS_SUPER_MAGIC,     "btrfs"  },
    {F2FS_SUPER_MAGIC,      "f2fs"   },
    {OVERLAYFS_SUPER_MAGIC, "overlay"},
    {NFS_SUPER_MAGIC,       "nfs"    },
    {V9FS_MAGIC,            "9p"     },
    {FUSE_SUPER_MAGIC,      "fuse"   },
    {0x2fc12fc1,            "zfs"    }, /* OpenZFS, which is not in the kernel's header */
};

/* A file without a name in folder; −1 with errno. */
static int open_unnamed(const char *folder)
{
    char path[64];
    int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd >= 0 || errno == ENOENT)
        return fd;
    /* Not every file system has O_TMPFILE. */
    snprintf(path, sizeof path, "%s/virtlab-file-XXXXXX", folder);
    fd = mkostemp(path, O_CLOEXEC);
    if (fd >= 0)
        unlink(path);
    return fd;
}

/* What the file's data is kept on; NULL: statfs(2) does not tell. */
static const char *kind_of(int fd, bool *in_memory)
{
    struct statfs about;

    if (fstatfs(fd, &about) < 0)
        return NULL;
    *in_memory = about.f_type == TMPFS_MAGIC || (unsigned long)about.f_type == RAMFS_MAGIC;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].magic == (unsigned long)about.f_type)
            return kinds[i].name;
    return "another";
}

/*
 * Open the file in the first folder that keeps its files where it should, in memory or not; with
 * --sync in any at last. Returns the kind of its file system.
 */
static const char *open_file(struct file *file)
{
    static const char *const folders[] = {"/var/tmp", "/tmp", "/dev/shm", "/run/shm"};
    bool in_memory;
    int errnum = 0;

    for (unsigned attempt = 0; attempt < (file->sync ? 2 : 1); attempt++) {
        for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
            file->fd = open_unnamed(folders[i]);
            const char *kind = file->fd < 0 ? NULL : kind_of(file->fd, &in_memory);
            if (kind && (attempt == 1 || in_memory != file->sync))
                return kind;
            if (file->fd < 0 && errno != ENOENT)
                errnum = errno;
            else if (file->fd >= 0)
                close(file->fd);
        }
    }
    protocol_cannot(NAME,
                    file->sync ? "no file can be written in here"
                               : "no file can be written to memory in here",
                    errnum);
}

static off_t place_of(uint64_t number)
{
    return (off_t)(number % FILE_BLOCKS * BLOCK_BYTES);
}

static void write_block(struct file *file, uint64_t number)
{
    file->block[0] = (unsigned char)number;
    if (pwrite(file->fd, file->block, BLOCK_BYTES, place_of(number)) != BLOCK_BYTES)
        protocol_fail(NAME, strerror(errno));
}

static uint64_t file_work(void *state, uint64_t iterations)
{
    struct file *file = state;
    uint64_t written = 0;
    unsigned char last;

    for (uint64_t i = 0; i < iterations; i++) {
        write_block(file, i);
        if (file->sync && fsync(file->fd) < 0)
            protocol_fail(NAME, strerror(errno));
        written++;
    }
    /* What was written last is what is there, or the box has forgotten it. */
    if (pread(file->fd, &last, 1, place_of(iterations - 1)) != 1 || last != (iterations - 1) % 256)
        protocol_fail(NAME, "something else stands in the file");
    return written;
}

int main(int argc, char **argv)
{
    static struct file file;

    file.sync = argc == 2 && strcmp(argv[1], "--sync") == 0;
    if (argc > 1 && !file.sync)
        protocol_fail(NAME, "usage: [--sync]");
    const char *kind = open_file(&file);
    for (unsigned i = 0; i < FILE_BLOCKS; i++)
        write_block(&file, i);
    if (fsync(file.fd) < 0)
        protocol_cannot(NAME, "no file can be synchronized in here", errno);
    return protocol_serve_on(NAME, kind, file_work, &file);
}
