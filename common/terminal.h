/* SPDX-License-Identifier: MIT */
/* What the terminal at the other end of a descriptor can do, if it is one. */
#ifndef VIRTLAB_TERMINAL_H
#define VIRTLAB_TERMINAL_H

#include <stdbool.h>

/* Its columns and rows; false, and nothing set: no terminal, or one that does not know its size. */
bool terminal_size(int fd, int *columns, int *rows);

/*
 * May colour be used? Only in a terminal that is not "dumb", and not when NO_COLOR is there and
 * not empty, whatever it says (https://no-color.org).
 */
bool terminal_colour(int fd);

/* Is the locale's character set UTF-8? Needs i18n_start() or setlocale(3) before. */
bool terminal_utf8(void);

#endif
