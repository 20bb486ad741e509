/* SPDX-License-Identifier: MIT */
/* What the command lines of `minivmm run`, `boot` and `emulate` have in common. */
#ifndef MINIVMM_COMMAND_LINE_H
#define MINIVMM_COMMAND_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "common/options.h"
#include "minivmm/minivmm.h"

enum {
    COMMAND_LINE_VARIABLES_MAX = 64,

    /* Keys of options without a short name; those that one command alone has come behind. */
    COMMAND_LINE_TIMELINE = 256,
    COMMAND_LINE_EXPLAIN,
    COMMAND_LINE_STATS,
    COMMAND_LINE_GUEST,
    COMMAND_LINE_APPEND,
    COMMAND_LINE_KEYS,
};

/* The machine, and what a program finds: its environment, and the host's files it may read. */
struct command_line {
    const struct command_spec *command; /* for errors */
    uint64_t memory_min, memory_bytes;  /* memory_bytes: a multiple of 4096 */
    uint64_t cpus;
    int64_t timeout_ns; /* 0: never */
    const char *timeline;
    bool explain, stats;
    const char *guest;  /* the name of a made guest; NULL: any */
    const char *append; /* NULL: nothing */
    struct minivmm_file files[MINIVMM_FILES_MAX];
    size_t files_count;
    char *variables[COMMAND_LINE_VARIABLES_MAX + 1]; /* ended by NULL */
    size_t variables_count;
};

/*
 * Start with what holds where nothing is said, and with the environment that every program gets: of
 * our own as much as tells it how to write, and nothing about the host. memory_min: bytes, the
 * least that --mem may say.
 */
void command_line_start(struct command_line *line, const struct command_spec *command,
                        uint64_t memory_min);

/*
 * An option that several commands have: --mem m, --cpus c, --timeout t, --file f, --env e, and
 * those with keys above. The argument stays in use; that of --file is cut in two.
 */
int command_line_set(struct command_line *line, int key, const char *argument, struct error *error);

/*
 * Find the program as a shell would: a name without a slash is looked for in PATH. Error: exit
 * status 127 or 126.
 */
int command_line_find_program(const char *name, char *path, size_t size, struct error *error);

#endif
