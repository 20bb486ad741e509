/* SPDX-License-Identifier: MIT */
/* The plots that `virtlab plot` has drawn, and a program that shows one. */
#ifndef VIRTLAB_TUI_PICTURES_H
#define VIRTLAB_TUI_PICTURES_H

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "common/error.h"

enum { PICTURE_NAME_MAX = 48 };

/*
 * Of the plots that are named in what `virtlab plot` printed, the wanted one, or else the first:
 * such as "startup". false: it has drawn none. wanted may be NULL.
 */
bool picture_choose(const char *output, const char *wanted, char name[PICTURE_NAME_MAX]);

/* $VIRTLAB_VIEWER, or xdg-open where there is a display to open a window on. false: neither is. */
bool picture_viewer(char program[PATH_MAX]);

/* Let the program show the file; it is not waited for. Errors: fork(2), no /dev/null. */
int picture_show(pid_t *pid, const char *program, const char *file, struct error *error);

#endif
