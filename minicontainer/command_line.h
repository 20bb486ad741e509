/* SPDX-License-Identifier: MIT */
/* The command line of `minicontainer run`, as a configuration for the library. */
#ifndef MINICONTAINER_COMMAND_LINE_H
#define MINICONTAINER_COMMAND_LINE_H

#include <stdbool.h>

#include "common/error.h"
#include "common/options.h"
#include "minicontainer/minicontainer.h"

struct command_line {
    struct minicontainer_config config; /* all but trace and warn */
    const char *timeline;               /* NULL: none asked for */
    bool explain;
    struct minicontainer_file *files;
    const char **devices;
    const char **env;
    char **owned; /* strings made here */
    size_t owned_count;
};

/*
 * Read the words after `minicontainer run`. Returns 0, 1 if help was asked for and given, or a
 * negative errno. Whatever it returns, command_line_free() follows.
 */
int command_line_parse(struct command_line *line, int argc, char **argv, struct error *error);

void command_line_free(struct command_line *line);

#endif
