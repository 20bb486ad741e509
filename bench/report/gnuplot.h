/* SPDX-License-Identifier: MIT */
/* Running gnuplot as the stranger that it is. */
#ifndef VIRTLAB_GNUPLOT_H
#define VIRTLAB_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* The path of gnuplot; false: there is none. */
bool gnuplot_find(char *path, size_t size);

/* What a script is called with. */
struct gnuplot_call {
    const char *script;
    int data, picture;  /* files that are open: what it reads, and where the picture goes */
    const char *format; /* "svg", "pdf" or "png" */
    const char *label, *language, *size; /* its third argument and those after it */
};

/*
 * Run a script. gnuplot gets no other file, no start-up file and no environment of ours, and is
 * killed when it takes longer than 20 s. Errors: it cannot be started, took too long, failed, or
 * drew nothing.
 */
int gnuplot_run(const char *gnuplot, const struct gnuplot_call *call, struct error *error);

#endif
