/* SPDX-License-Identifier: MIT */
/* Which rows a view shows, and in which order. */
#include <stdlib.h>
#include <string.h>

#include "tui/layout/view.h"

/* What is sorted: qsort(3) has no context of its own. */
struct sorting {
    const struct grid *grid;
    size_t column;
    bool descending;
};

/* Numbers before texts, texts by their bytes; what is equal keeps the order of the page. */
static int compare(const void *left, const void *right, void *context)
{
    const struct sorting *sorting = context;
    size_t i = *(const size_t *)left, j = *(const size_t *)right;
    const struct cell *a = &sorting->grid->rows[i]->cells[sorting->column];
    const struct cell *b = &sorting->grid->rows[j]->cells[sorting->column];
    int result;

    if (a->has_number != b->has_number)
        return b->has_number - a->has_number;
    if (a->has_number)
        result = (a->number > b->number) - (a->number < b->number);
    else
        result = strcmp(a->text, b->text);
    if (sorting->descending)
        result = -result;
    return result ? result : (i > j) - (i < j);
}

bool view_row_has(const struct grid *grid, const struct row *row, const char *text)
{
    for (size_t i = 0; i < grid->column_count; i++)
        if (strcasestr(row->cells[i].text, text))
            return true;
    return !*text;
}

size_t view_rows(const struct view *view, const struct state *state, size_t order[VIEW_ROWS_MAX])
{
    const struct grid *grid = &state->pages[view->page].grid;
    const struct page_view *page = &view->pages[view->page];
    struct sorting sorting = {grid, page->sort, page->descending};
    size_t count = 0;

    for (size_t i = 0; i < grid->row_count && count < VIEW_ROWS_MAX; i++)
        if (view_row_has(grid, grid->rows[i], page->filter))
            order[count++] = i;
    if (page->sort > 0 && page->sort <= grid->column_count) {
        sorting.column--;
        qsort_r(order, count, sizeof *order, compare, &sorting);
    }
    return count;
}

const struct row *view_row(const struct view *view, const struct state *state)
{
    size_t order[VIEW_ROWS_MAX], count = view_rows(view, state, order);
    size_t row = view->pages[view->page].row;

    return row < count ? state->pages[view->page].grid.rows[order[row]] : NULL;
}

const struct cell *view_cell(const struct view *view, const struct state *state)
{
    const struct row *row = view_row(view, state);
    size_t column = view->pages[view->page].column;

    if (!row || column >= state->pages[view->page].grid.column_count)
        return NULL;
    return &row->cells[column];
}
