/* SPDX-License-Identifier: MIT */
/*
 * The exit statuses of every command here, as env(1), docker and podman use them. A program that
 * ran keeps its own status; these say that it did not run, or did not end by itself.
 */
#ifndef VIRTLAB_EXITCODE_H
#define VIRTLAB_EXITCODE_H

enum {
    EXIT_NOT_POSSIBLE = 77, /* a workload: what it needs is not there; as automake's tests skip */
    EXIT_TIMED_OUT = 124,   /* --timeout struck */
    EXIT_TOOL_FAILED = 125, /* the tool itself failed, or was used wrongly */
    EXIT_CANNOT_EXECUTE = 126, /* the program was found, but cannot be executed */
    EXIT_NOT_FOUND = 127,      /* the program was not found */
    EXIT_SIGNAL_BASE = 128,    /* + N: the program was killed by signal N */
};

#endif
