/* SPDX-License-Identifier: MIT */
#include "tui/screen/keycodes.h"

#include <curses.h>

#include "tui/layout/keys.h"

int keycode_of_curses(int key)
{
    switch (key) {
    case KEY_UP:
        return KEY_ARROW_UP;
    case KEY_DOWN:
        return KEY_ARROW_DOWN;
    case KEY_LEFT:
        return KEY_ARROW_LEFT;
    case KEY_RIGHT:
        return KEY_ARROW_RIGHT;
    case KEY_PPAGE:
        return KEY_PAGE_UP;
    case KEY_NPAGE:
        return KEY_PAGE_DOWN;
    case KEY_HOME:
        return KEY_TO_TOP;
    case KEY_END:
        return KEY_TO_END;
    case KEY_BTAB:
        return KEY_BACK_TAB;
    case KEY_IC:
        return KEY_INSERT;
    case KEY_ENTER:
        return KEY_RETURN;
    case KEY_BACKSPACE:
    case KEY_DC:
        return KEY_DELETE_BACK;
    default:
        return key > KEY_F0 && key <= KEY_F0 + 12 ? KEY_FUNCTION + key - KEY_F0 : 0;
    }
}

int keycode_of_character(wint_t character)
{
    if (character == '\r')
        return KEY_RETURN;
    if (character == '\b')
        return KEY_DELETE_BACK;
    return character < KEY_ABOVE_CHARACTERS ? (int)character : 0;
}
