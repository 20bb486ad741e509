/* SPDX-License-Identifier: MIT */
/*
 * A field of dots, finer than characters: braille has two dots beside each other and four above
 * each other in a character (Unicode, "Braille Patterns"). Where there is ASCII only, a character
 * with a dot in it is a letter.
 */
#ifndef VIRTLAB_TUI_DOTS_H
#define VIRTLAB_TUI_DOTS_H

#include "tui/layout/frame.h"

enum { DOTS_ROWS_MAX = 64, DOTS_COLUMNS_MAX = 400 };

struct dots {
    int width, height; /* in characters, up to the two above */
    unsigned char dots[DOTS_ROWS_MAX][DOTS_COLUMNS_MAX];
    unsigned char series[DOTS_ROWS_MAX][DOTS_COLUMNS_MAX];
};

/* Dot x, y from the left and the top, of a series; outside of the field it is none. */
void dots_set(struct dots *dots, int x, int y, size_t series);

/* All of it into a box of the frame, with its left upper corner there. */
void dots_put(const struct dots *dots, struct frame *frame, size_t box, int row, int column);

#endif
