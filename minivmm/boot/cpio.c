/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/cpio.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    HEADER_BYTES = 110, /* a magic of 6 digits, 13 numbers of 8 */
    ALIGNMENT = 4,      /* of headers and contents within the archive */
    SEND_BYTES = 16 << 20,
};

void cpio_start(struct cpio *cpio, int fd)
{
    *cpio = (struct cpio){.fd = fd};
}

static int write_all(struct cpio *cpio, const void *bytes, size_t size, struct error *error)
{
    const char *at = bytes;

    while (size > 0) {
        ssize_t written = write(cpio->fd, at, size);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return error_set_errno(error, written < 0 ? errno : EIO, "cannot write the archive");
        at += written;
        size -= (size_t)written;
        cpio->size += (uint64_t)written;
    }
    return 0;
}

static int align(struct cpio *cpio, struct error *error)
{
    static const char zeros[ALIGNMENT];
    return write_all(cpio, zeros, -cpio->size % ALIGNMENT, error);
}

/* All of an entry but its content: the numbers stand in the order of the format. */
static int put_header(struct cpio *cpio, const char *name, mode_t mode, uint64_t size,
                      unsigned major, unsigned minor, struct error *error)
{
    char header[HEADER_BYTES + PATH_MAX];

    while (*name == '/')
        name++;
    size_t name_bytes = strlen(name) + 1;
    if (name_bytes == 1 || name_bytes > PATH_MAX)
        return error_set(error, EINVAL, "an archive has no room for a name of %zu bytes",
                         name_bytes - 1);
    if (size > UINT32_MAX)
        return error_set(error, EFBIG, "'%.200s' is too large for an archive: 4 GiB or more", name);
    snprintf(header, sizeof header, "070701%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X%08X",
             cpio->count, (unsigned)mode, 0u, 0u,     /* inode, mode, owner, group */
             S_ISDIR(mode) ? 2u : 1u, 0u,             /* links, time */
             (unsigned)size, 0u, 0u,                  /* bytes, the device that it lies on */
             major, minor, (unsigned)name_bytes, 0u); /* the device that it is; no checksum */
    memcpy(header + HEADER_BYTES, name, name_bytes);
    cpio->count++;
    int result = write_all(cpio, header, HEADER_BYTES + name_bytes, error);
    return result < 0 ? result : align(cpio, error);
}

int cpio_put_folder(struct cpio *cpio, const char *name, mode_t mode, struct error *error)
{
    return put_header(cpio, name, S_IFDIR | (mode & 07777), 0, 0, 0, error);
}

int cpio_put_character_device(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
                              unsigned minor, struct error *error)
{
    return put_header(cpio, name, S_IFCHR | (mode & 07777), 0, major, minor, error);
}

static int put_content(struct cpio *cpio, const char *name, mode_t mode, const void *bytes,
                       size_t size, struct error *error)
{
    int result = put_header(cpio, name, mode, size, 0, 0, error);

    if (result == 0)
        result = write_all(cpio, bytes, size, error);
    return result < 0 ? result : align(cpio, error);
}

int cpio_put_symlink(struct cpio *cpio, const char *name, const char *target, struct error *error)
{
    return put_content(cpio, name, S_IFLNK | 0777, target, strlen(target), error);
}

int cpio_put_bytes(struct cpio *cpio, const char *name, mode_t mode, const void *bytes, size_t size,
                   struct error *error)
{
    return put_content(cpio, name, S_IFREG | (mode & 07777), bytes, size, error);
}

int cpio_put_file(struct cpio *cpio, const char *name, mode_t mode, int from, uint64_t size,
                  struct error *error)
{
    off_t offset = 0;
    int result = put_header(cpio, name, S_IFREG | (mode & 07777), size, 0, 0, error);

    if (result < 0)
        return result;
    for (uint64_t left = size; left > 0;) {
        ssize_t sent = sendfile(cpio->fd, from, &offset, left < SEND_BYTES ? left : SEND_BYTES);
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0)
            return error_set_errno(error, errno, "cannot copy '%.200s' into the archive", name);
        if (sent == 0)
            return error_set(error, EIO, "'%.200s' became shorter while it was read", name);
        left -= (uint64_t)sent;
        cpio->size += (uint64_t)sent;
    }
    return align(cpio, error);
}

int cpio_end(struct cpio *cpio, struct error *error)
{
    return put_header(cpio, "TRAILER!!!", 0, 0, 0, 0, error);
}
