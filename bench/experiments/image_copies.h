/* SPDX-License-Identifier: MIT */
/*
 * What do copies of an image take on disk, when each of them is then written to a little? Each way
 * of copying is tried in a folder of its own, and counted by the blocks that the file system gives.
 */
#ifndef VIRTLAB_IMAGE_COPIES_H
#define VIRTLAB_IMAGE_COPIES_H

#include <stdint.h>

#include "common/error.h"

enum { IMAGE_COPIES = 10 };

struct image_copies {
    int64_t taken_bytes;   /* by all copies, beside the original */
    int64_t written_bytes; /* the same after a page was written to the first file of each */
    int64_t shared_n;      /* how many of the other copies saw what was written to the first */
};

/*
 * How files are copied: by reading and writing, as second names of the same file (link(2)), or with
 * blocks in common until they are written to (FICLONE, ioctl_ficlonerange(2)).
 */
enum image_form { IMAGE_COPY, IMAGE_LINK, IMAGE_CLONE };

/*
 * Copy all files of the folder `original` IMAGE_COPIES times into folders below `parent`, and
 * write to each. Errors: what the system calls say; -EOPNOTSUPP and others where this file system
 * has no such thing. What was made stays, for the caller to remove with parent; the original is
 * changed where it is shared.
 */
int image_copy(enum image_form form, const char *original, const char *parent, const char *first,
               struct image_copies *copies, struct error *error);

#endif
