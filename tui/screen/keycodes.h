/* SPDX-License-Identifier: MIT */
/*
 * ncurses' numbers of keys as those of the table of keys. In a file of its own, which includes only
 * the latter's header: some of their names are the same.
 */
#ifndef VIRTLAB_TUI_KEYCODES_H
#define VIRTLAB_TUI_KEYCODES_H

#include <wchar.h>

/* 0: a key that nothing is done by. */
int keycode_of_curses(int key);
int keycode_of_character(wint_t character);

#endif
