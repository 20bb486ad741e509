/* SPDX-License-Identifier: MIT */
/* The command line of `minivmm emulate`. */
#ifndef MINIVMM_EMULATE_OPTIONS_H
#define MINIVMM_EMULATE_OPTIONS_H

#include <stdint.h>

#include "common/error.h"
#include "common/options.h"
#include "minivmm/command_line.h"
#include "minivmm/minivmm.h"

struct emulate_request {
    uint64_t memory_bytes, cpus;
    int64_t timeout_ns; /* 0: never */
    const char *guest;  /* the name of a made guest; NULL: any */
    const char *append; /* NULL: nothing */
    struct command_line line;
    char **argv; /* the program's, ended by NULL */
};

/* Returns 0, OPTIONS_SHOWN, or a negative errno with error filled. Strings of argv stay in use. */
int emulate_options_parse(struct emulate_request *request, int argc, char **argv,
                          struct error *error);

#endif
