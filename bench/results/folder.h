/* SPDX-License-Identifier: MIT */
/* The folder of one run's results, and whom it belongs to. */
#ifndef VIRTLAB_FOLDER_H
#define VIRTLAB_FOLDER_H

#include "common/error.h"

enum { FOLDER_PATH_MAX = 4096 };

/*
 * Make out/<UTC time>-<name>[-n], and out itself where it is missing, and point out/latest at it.
 * path has FOLDER_PATH_MAX bytes.
 */
int folder_make(char *path, const char *out, const char *name, struct error *error);

/*
 * Give the folder, with all in it, to the user who called sudo(8), as SUDO_UID and SUDO_GID say;
 * nothing is done where we are not root or they are not set. out is given too if it was made now.
 */
int folder_give_to_caller(const char *path, struct error *error);

#endif
