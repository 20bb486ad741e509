/* SPDX-License-Identifier: MIT */
#include "tui/screen/terminfo.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

bool terminfo_load(char *restoring, size_t size)
{
    int status;

    if (setupterm(NULL, STDOUT_FILENO, &status) != OK)
        return false;
    if (!cursor_address) {
        del_curterm(cur_term);
        return false;
    }
    const char *parts[] = {exit_attribute_mode, cursor_normal, keypad_local, exit_ca_mode};
    snprintf(restoring, size, "%s", "\033[?1006l\033[?1000l");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (parts[i] && strlen(restoring) + strlen(parts[i]) < size)
            strcat(restoring, parts[i]);
    del_curterm(cur_term); /* newterm() reads it for itself */
    return true;
}
