/* SPDX-License-Identifier: MIT */
/* How roles look: colours that are told apart by those who see no red and green, and attributes. */
#ifndef VIRTLAB_TUI_THEME_H
#define VIRTLAB_TUI_THEME_H

#include "tui/layout/frame.h"
#include "tui/layout/theme_names.h"

enum {
    LOOK_BOLD = 1,
    LOOK_DIM = 2,
    LOOK_UNDERLINE = 4,
    LOOK_REVERSE = 8,
};

enum { COLOUR_DEFAULT = -1 };

struct look {
    int colour, ground;         /* of 256; COLOUR_DEFAULT: the terminal's own */
    int few_colour, few_ground; /* of 8 */
    unsigned attributes;
};

struct look theme_look(enum theme theme, enum role role);

#endif
