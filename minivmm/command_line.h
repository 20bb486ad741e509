/* SPDX-License-Identifier: MIT */
/* What the command lines of `minivmm run` and `minivmm boot` have in common: a program to run. */
#ifndef MINIVMM_COMMAND_LINE_H
#define MINIVMM_COMMAND_LINE_H

#include <stddef.h>

#include "common/error.h"
#include "common/options.h"
#include "minivmm/minivmm.h"

enum { COMMAND_LINE_VARIABLES_MAX = 64 };

/* What a program finds: its environment, and the host's files that it may read. */
struct command_line {
    const struct command_spec *command; /* for errors */
    struct minivmm_file files[MINIVMM_FILES_MAX];
    size_t files_count;
    char *variables[COMMAND_LINE_VARIABLES_MAX + 1]; /* ended by NULL */
    size_t variables_count;
};

/*
 * Start with the environment that every program gets: of our own as much as tells it how to write,
 * and nothing about the host.
 */
void command_line_start(struct command_line *line, const struct command_spec *command);

/* --env NAME=VALUE: set or replace. The string stays in use. */
int command_line_add_variable(struct command_line *line, char *variable, struct error *error);

/* --file GUEST=HOST. The string stays in use, and is cut in two. */
int command_line_add_file(struct command_line *line, char *argument, struct error *error);

/* --timeout SECONDS */
int command_line_set_timeout(const struct command_line *line, const char *argument, int64_t *ns,
                             struct error *error);

/*
 * Find the program as a shell would: a name without a slash is looked for in PATH. Error: exit
 * status 127 or 126.
 */
int command_line_find_program(const char *name, char *path, size_t size, struct error *error);

#endif
