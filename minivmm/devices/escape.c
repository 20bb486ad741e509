/* SPDX-License-Identifier: MIT */
/* Ctrl-A x among the bytes typed at a raw terminal. */
#include "minivmm/devices/escape.h"

enum { CTRL_A = 0x01 };

size_t escape_filter(struct escape *escape, const uint8_t *from, size_t count, uint8_t *to,
                     bool *quit)
{
    size_t passed = 0;

    for (size_t i = 0; i < count; i++) {
        if (!escape->armed) {
            escape->armed = from[i] == CTRL_A;
            if (!escape->armed)
                to[passed++] = from[i];
            continue;
        }
        escape->armed = false;
        if (from[i] == 'x' || from[i] == 'X') {
            *quit = true;
            return passed;
        }
        to[passed++] = CTRL_A;
        if (from[i] != CTRL_A)
            to[passed++] = from[i];
    }
    return passed;
}
