/* SPDX-License-Identifier: MIT */
/*
 * Command lines by the GNU conventions, one table per command: --help, --usage and --version are
 * made from the table that parses. A thin layer over getopt_long(3), which glibc and musl both
 * have; argp(3) is glibc's alone, and the two boxes are linked with musl because that saves a
 * third of a millisecond at every start.
 *
 * Options end at the first word that is none: what follows a program's name is the program's.
 */
#ifndef VIRTLAB_OPTIONS_H
#define VIRTLAB_OPTIONS_H

#include "common/error.h"

struct option_spec {
    int key;              /* the short letter, or a number above 255 for a long option only */
    const char *name;     /* the long name, without dashes */
    const char *argument; /* what its argument is called, such as "FILE"; NULL: takes none */
    const char *help;     /* one sentence */
};

struct command_spec {
    const char *name;                  /* "minivmm run" */
    const char *synopsis;              /* what follows the options: "PROGRAM [ARG...]" */
    const char *purpose;               /* one sentence, shown first by --help */
    const struct option_spec *options; /* up to OPTIONS_MAX, ended by a row of zeros */
    const char *notes;                 /* shown last by --help; NULL: nothing */
};

enum { OPTIONS_MAX = 48 };

enum options_result {
    OPTIONS_END = 0,    /* no more options: parser.rest is the index of the first word left */
    OPTIONS_ERROR = -1, /* wrong usage: error is filled, exit with it */
    /* --help, --usage or --version was printed: exit with 0. No -errno, the largest being 4095. */
    OPTIONS_SHOWN = -4096,
};

struct option_parser {
    const struct command_spec *command;
    int argc;
    char **argv;
    const char *argument; /* of the option just returned */
    int rest;             /* valid after OPTIONS_END */
};

/*
 * Start on argv, whose word 0 is not looked at. Only one parser can be in use at a time, since
 * getopt keeps its place in globals.
 */
void options_start(struct option_parser *parser, const struct command_spec *command, int argc,
                   char **argv);

/* The key of the next option, or an options_result. */
int options_next(struct option_parser *parser, struct error *error);

/* Fill error for a wrong use of the command, with a hint at --help; returns -EINVAL. */
int options_misuse(const struct command_spec *command, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
