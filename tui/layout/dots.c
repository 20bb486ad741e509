/* SPDX-License-Identifier: MIT */
#include "tui/layout/dots.h"

#include <stdio.h>

#include "tui/layout/parts.h"

static const unsigned char braille[2][4] = {
    {0x01, 0x02, 0x04, 0x40},
    {0x08, 0x10, 0x20, 0x80}
};

void dots_set(struct dots *dots, int x, int y, size_t series)
{
    int row = y / 4, column = x / 2;

    if (x < 0 || y < 0 || row >= dots->height || column >= dots->width)
        return;
    dots->dots[row][column] |= braille[x % 2][y % 4];
    dots->series[row][column] = (unsigned char)series;
}

void dots_put(const struct dots *dots, struct frame *frame, size_t box, int row, int column)
{
    for (int y = 0; y < dots->height; y++) {
        for (int x = 0; x < dots->width; x++) {
            unsigned char set = dots->dots[y][x];
            size_t series = dots->series[y][x];
            /* U+2800 and the dots, as UTF-8. */
            char text[4] = {(char)0xe2, (char)(0xa0 | set >> 6), (char)(0x80 | (set & 0x3f)), 0};
            if (frame->ascii)
                snprintf(text, sizeof text, "%c", part_series_letter(series));
            if (set)
                frame_put(frame, box, row + y, column + x, part_series_role(series), text);
        }
    }
}
