/* SPDX-License-Identifier: MIT */
#include "tui/model/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/text.h"
#include "common/width.h"

enum { PIECE_SIZE = 64 << 10, FORMAT_MAX = 4096 };

struct arena_piece {
    struct arena_piece *next;
    size_t size;
    alignas(max_align_t) char bytes[];
};

void *arena_take(struct arena *arena, size_t size)
{
    const size_t unit = alignof(max_align_t);

    size = (size + unit - 1) / unit * unit;
    if (size > arena->left) {
        size_t room = size > PIECE_SIZE ? size : PIECE_SIZE;
        struct arena_piece *piece = calloc(1, sizeof *piece + room);
        if (!piece) {
            arena->failed = true;
            return NULL;
        }
        piece->next = arena->pieces;
        piece->size = room;
        arena->pieces = piece;
        arena->left = room;
    }
    arena->left -= size;
    /* From the end to the start: so one number says what is left. */
    return arena->pieces->bytes + arena->left;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        arena->failed = true;
        return NULL;
    }
    return arena_take(arena, bytes);
}

const char *arena_text(struct arena *arena, const char *text)
{
    char *clean = width_for_locale(text);
    char *copy = clean ? arena_take(arena, strlen(clean) + 1) : NULL;

    if (copy)
        strcpy(copy, clean);
    else
        arena->failed = true;
    free(clean);
    return copy ? copy : "";
}

const char *arena_format(struct arena *arena, const char *format, ...)
{
    char text[FORMAT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    return arena_text(arena, text);
}

void arena_free(struct arena *arena)
{
    while (arena->pieces) {
        struct arena_piece *next = arena->pieces->next;
        free(arena->pieces);
        arena->pieces = next;
    }
    *arena = (struct arena){0};
}
