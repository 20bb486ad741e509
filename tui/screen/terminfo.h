/* SPDX-License-Identifier: MIT */
/* What terminfo(5) knows of the terminal. In a room of its own: <term.h> defines common words. */
#ifndef VIRTLAB_TUI_TERMINFO_H
#define VIRTLAB_TUI_TERMINFO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Look the terminal up; what puts it back as it was goes into restoring: the mouse off, the cursor
 * on, the other screen. false: nothing is known of it, or its cursor cannot be moved.
 */
bool terminfo_load(char *restoring, size_t size);

#endif
