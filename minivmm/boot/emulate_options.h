/* SPDX-License-Identifier: MIT */
/* The command line of `minivmm emulate`. */
#ifndef MINIVMM_EMULATE_OPTIONS_H
#define MINIVMM_EMULATE_OPTIONS_H

#include "common/error.h"
#include "common/options.h"
#include "minivmm/command_line.h"

/*
 * Bytes. QEMU tells a guest that each queue has room for 1024 buffers, whatever it has, and Linux
 * fills four of the console's with pages: 16 MiB.
 */
#define EMULATE_MEMORY_MIN (UINT64_C(48) << 20)

struct emulate_request {
    struct command_line line;
    char **argv; /* the program's, ended by NULL */
};

/* Returns 0, OPTIONS_SHOWN, or a negative errno with error filled. Strings of argv stay in use. */
int emulate_options_parse(struct emulate_request *request, int argc, char **argv,
                          struct error *error);

#endif
