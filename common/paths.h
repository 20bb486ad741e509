/* SPDX-License-Identifier: MIT */
/*
 * Where the parts of virtlab lie. The running program's own place (/proc/self/exe) decides, so that
 * a build tree and an installed copy work alike and find their own parts; if nothing lies there,
 * the compiled-in PREFIX does. Never the current directory, never an environment variable.
 */
#ifndef VIRTLAB_PATHS_H
#define VIRTLAB_PATHS_H

#include "common/error.h"

enum { PATHS_MAX = 4096 };

struct paths {
    char bin[PATHS_MAX];     /* virtlab, minivmm, minicontainer */
    char libexec[PATHS_MAX]; /* virtlab-NAME, workloads/, probes/ */
    char share[PATHS_MAX];   /* platforms.conf, plots/ */
    char locale[PATHS_MAX];  /* what bindtextdomain(3) wants */
};

/* Find them. Errors: -ENOENT when neither place has a libexec/virtlab. */
int paths_find(struct paths *paths, struct error *error);

/*
 * Write "FOLDER/NAME" to path. Returns 0, or -ENAMETOOLONG with error filled. path may not be the
 * array that folder lies in.
 */
int paths_join(char path[PATHS_MAX], const char *folder, const char *name, struct error *error);

#endif
