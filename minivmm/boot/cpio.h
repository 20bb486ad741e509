/* SPDX-License-Identifier: MIT */
/*
 * A writer of cpio archives in the form that Linux unpacks into its first file system, "newc"
 * (Documentation/driver-api/early-userspace/buffer-format.rst): for each file a header of
 * hexadecimal digits, its name, its content; and no index. What is written depends only on what is
 * put in: all files belong to root, and none has a time.
 *
 * Functions return 0, or a negative errno with error filled; then the archive is spoilt.
 */
#ifndef MINIVMM_CPIO_H
#define MINIVMM_CPIO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

struct cpio {
    int fd;        /* where the archive goes; written in order, never sought */
    uint64_t size; /* bytes written so far */
    uint32_t count;
};

/* Start an archive at fd, which stays the caller's. */
void cpio_start(struct cpio *cpio, int fd);

/*
 * Names are absolute, or relative to the root, and made of plain words: a file's folders must have
 * been put before it. A folder that is there already is left as it is when it is unpacked.
 */
int cpio_put_folder(struct cpio *cpio, const char *name, mode_t mode, struct error *error);
int cpio_put_symlink(struct cpio *cpio, const char *name, const char *target, struct error *error);
int cpio_put_character_device(struct cpio *cpio, const char *name, mode_t mode, unsigned major,
                              unsigned minor, struct error *error);
int cpio_put_bytes(struct cpio *cpio, const char *name, mode_t mode, const void *bytes, size_t size,
                   struct error *error);

/* The first size bytes of the file open at from, copied by the kernel; less than 4 GiB. */
int cpio_put_file(struct cpio *cpio, const char *name, mode_t mode, int from, uint64_t size,
                  struct error *error);

/* Write the entry that ends an archive. */
int cpio_end(struct cpio *cpio, struct error *error);

#endif
