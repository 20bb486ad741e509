/* SPDX-License-Identifier: MIT */
/* What has to be there before a box can be started, as files. */
#ifndef VIRTLAB_IMAGE_SIZE_H
#define VIRTLAB_IMAGE_SIZE_H

#include <stdint.h>

#include "bench/harness/session.h"

struct image_size {
    int64_t program_bytes;
    int64_t tool_bytes;   /* the runtime or VMM, which a host has once; static, as ours are */
    int64_t system_bytes; /* what the platform names as its `image`: kernel, file system */
};

/* Read the sizes. Returns false where a file is missing. */
bool image_size(const struct session *session, const struct platform *platform, const char *program,
                struct image_size *size);

/* The path of the i-th file of the platform's `image`. false: no path can be that long. */
bool image_path(const struct session *session, const struct platform *platform, size_t i,
                char path[PATHS_MAX]);

#endif
