/* SPDX-License-Identifier: MIT */
#include "tui/model/state.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_FIRST = 32 };

struct row *grid_add_row(struct arena *arena, struct grid *grid, const char *unit)
{
    struct row *row = arena_take(arena, sizeof *row);

    if (grid->row_count == grid->room) {
        size_t room = grid->room ? 2 * grid->room : ROWS_FIRST;
        struct row **rows = arena_array(arena, room, sizeof *rows);
        if (!rows)
            return NULL;
        if (grid->row_count > 0)
            memcpy(rows, grid->rows, grid->row_count * sizeof *rows);
        grid->rows = rows;
        grid->room = room;
    }
    if (!row)
        return NULL;
    for (size_t i = 0; i < GRID_COLUMNS_MAX; i++)
        row->cells[i] = (struct cell){.text = "", .share = -1};
    row->unit = unit;
    grid->rows[grid->row_count++] = row;
    return row;
}

/* Two lines at most: the second keeps what is left. */
static const char *clean_title(struct arena *arena, const char *title)
{
    const char *end = strchr(title, '\n');
    char first[256];

    if (!end || (size_t)(end - title) >= sizeof first)
        return arena_text(arena, title);
    memcpy(first, title, (size_t)(end - title));
    first[end - title] = '\0';
    const char *one = arena_text(arena, first), *two = arena_text(arena, end + 1);
    char *both = arena_take(arena, strlen(one) + strlen(two) + 2);
    if (!both)
        return one;
    strcpy(both, one);
    strcat(both, "\n");
    return strcat(both, two);
}

void grid_add_column(struct arena *arena, struct grid *grid, const char *key, const char *title,
                     bool right)
{
    if (grid->column_count == GRID_COLUMNS_MAX)
        return;
    grid->columns[grid->column_count++] = (struct grid_column){
        .key = arena_text(arena, key),
        .title = clean_title(arena, title),
        .right = right,
        .fixed = strcmp(key, "native") == 0 || strncmp(key, "native_", strlen("native_")) == 0,
    };
}

void lines_add(struct lines *lines, const char *text)
{
    if (lines->count < LINES_MAX && *text)
        lines->text[lines->count++] = text;
}

void state_free(struct state *state)
{
    if (!state)
        return;
    struct arena arena = state->arena;
    arena_free(&arena);
    free(state);
}

void live_page_free(struct live_page *page)
{
    if (!page)
        return;
    struct arena arena = page->arena;
    arena_free(&arena);
    free(page);
}
