/* SPDX-License-Identifier: MIT */
/* The program to run: where it is on the host, and what it needs beside itself. */
#ifndef MINICONTAINER_PROGRAM_H
#define MINICONTAINER_PROGRAM_H

#include <limits.h>

#include "common/error.h"
#include "minicontainer/minicontainer.h"
#include "minicontainer/rootfs.h"

/* PATH inside, and where a name without a slash is looked for. */
#define PROGRAM_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/*
 * For the minimal root: find the program on the host (by the caller's PATH where its name has no
 * slash) and plan it into the root, with its interpreter and libraries. guest_path, of PATH_MAX
 * bytes, becomes its path inside.
 */
int program_plan(const char *name, struct rootfs *rootfs, char *guest_path, struct error *error);

/* Inside: execute argv[0], which is looked for in PATH if path is NULL. Returns only on failure. */
int program_execute(const char *path, char *const *argv, char *const *envp, struct error *error);

#endif
