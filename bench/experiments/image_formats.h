/* SPDX-License-Identifier: MIT */
/* image: programs made byte by byte, in the formats of several processors (elf(5)). */
#ifndef VIRTLAB_IMAGE_FORMATS_H
#define VIRTLAB_IMAGE_FORMATS_H

#include "common/error.h"

enum { IMAGE_FORMAT_STATUS = 7 }; /* what all of them end with */

/*
 * Write an executable file of one segment: "static" is for this processor, "i386" has 32 bits, and
 * "aarch64" is for another processor. Errors: what open(2) and write(2) say.
 */
int image_write_format(const char *path, const char *format, struct error *error);

#endif
