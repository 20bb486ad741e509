/* SPDX-License-Identifier: MIT */
/* Running gnuplot as the stranger that it is. */
#ifndef VIRTLAB_GNUPLOT_H
#define VIRTLAB_GNUPLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

/* The path of gnuplot; false: there is none. */
bool gnuplot_find(char *path, size_t size);

/*
 * Run the script with the data file open as data and the picture going to the file open as picture;
 * format is "svg", "pdf" or "png", label and language are the script's third and fourth argument.
 * gnuplot gets no other file, no start-up file and no environment of ours, and is killed when it
 * takes longer than 20 s. Errors: it cannot be started, took too long, failed, or drew nothing.
 */
int gnuplot_run(const char *gnuplot, const char *script, int data, int picture, const char *format,
                const char *label, const char *language, struct error *error);

#endif
