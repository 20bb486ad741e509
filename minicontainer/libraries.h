/* SPDX-License-Identifier: MIT */
/*
 * What a program needs beside itself: the interpreter that its ELF file or its "#!" line names, and
 * the shared libraries of both.
 *
 * ldd(1) would answer by executing the program's interpreter, outside of any container: here the
 * files are only read, and every number in them is checked, since they may be hostile. The rules of
 * the search are those of ld.so(8), without its environment variables.
 */
#ifndef MINICONTAINER_LIBRARIES_H
#define MINICONTAINER_LIBRARIES_H

#include <stdbool.h>

#include "common/error.h"
#include "minicontainer/rootfs.h"

enum {
    LIBRARIES_SCRIPT_MAX = 256, /* bytes of a script that execve(2) looks at for its "#!" line */
    LIBRARIES_SCRIPTS_MAX = 5,  /* scripts that may be interpreters of scripts */
};

/* The interpreter that the "#!" line of path names, as execve(2) reads it; false: it has none. */
bool libraries_read_script(const char *path, char interpreter[LIBRARIES_SCRIPT_MAX]);

/*
 * Plan the interpreter and the libraries of the program at path into the root, each under the path
 * at which it will be looked for inside. A library that is not found is no error here: the
 * interpreter says so inside, better than we could.
 */
int libraries_plan(const char *path, struct rootfs *rootfs, struct error *error);

#endif
