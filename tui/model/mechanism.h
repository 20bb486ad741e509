/* SPDX-License-Identifier: MIT */
/*
 * What lies behind a figure, for whoever asks why it is as it is: what was done, and what in the
 * box makes it cost that.
 */
#ifndef VIRTLAB_TUI_MECHANISM_H
#define VIRTLAB_TUI_MECHANISM_H

#include "bench/analysis/figures.h"

/* What one turn of the work is, as a clause in the user's language; NULL: it is no work in turns.
 */
const char *mechanism_turn(const struct measure *measure);

/* What makes the figure on that platform; NULL: nobody has said. */
const char *mechanism_of(const struct measure *measure, const char *platform);

/* What keeps a program in its box on that platform; NULL: nobody has said. */
const char *mechanism_of_isolation(const char *platform);

#endif
