/* SPDX-License-Identifier: MIT */
/*
 * Memory that is taken piece by piece and given back at once. Everything that a state (state.h)
 * points to lies in its arena, so a state goes as a whole, and no part of it can outlive another.
 */
#ifndef VIRTLAB_TUI_ARENA_H
#define VIRTLAB_TUI_ARENA_H

#include <stdbool.h>
#include <stddef.h>

struct arena {
    struct arena_piece *pieces;
    size_t left; /* bytes of the newest piece */
    bool failed; /* a call had no memory: what was made of it may be incomplete */
};

/* Room for so many bytes, all 0 and aligned for any type; NULL, and failed is set: no memory. */
void *arena_take(struct arena *arena, size_t size);

/* arena_take() of an array; NULL too when its size has no number. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/*
 * A text that may be shown: what is not printable is made visible, and where the locale is not
 * UTF-8 it is put into ASCII (common/width.h). Never NULL: "" when there is no memory.
 */
const char *arena_text(struct arena *arena, const char *text);

/* The same, composed as printf(3) does it; cut off at 4 KiB. */
const char *arena_format(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

void arena_free(struct arena *arena);

#endif
