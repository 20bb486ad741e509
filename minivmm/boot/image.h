/* SPDX-License-Identifier: MIT */
/*
 * The guest systems that `make guest-linux` (debian) and `make guest-linux-small` (small) have
 * made: a kernel and an initial RAM file system, in share/virtlab/guest/NAME.
 */
#ifndef MINIVMM_IMAGE_H
#define MINIVMM_IMAGE_H

#include "common/error.h"
#include "common/paths.h"

/* The command line of made guests: no words of the kernel but warnings, and no wait in a panic. */
#define IMAGE_COMMAND_LINE "console=ttyS0 quiet panic=-1"

struct image {
    char kernel[PATHS_MAX]; /* vmlinuz */
    char initrd[PATHS_MAX];
};

/*
 * Find the guest system of that name, "small" or "debian"; NULL: the first of these two that there
 * is. Errors: -EINVAL for another name, -ENOENT where it has not been made; the sentence names the
 * command that makes it.
 */
int image_find(struct image *image, const char *name, struct error *error);

#endif
