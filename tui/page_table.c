/* SPDX-License-Identifier: MIT */
#include "tui/page_table.h"

struct table *page_table(const struct page *page)
{
    const struct grid *grid = &page->grid;
    struct table_column columns[GRID_COLUMNS_MAX];
    struct table *table = table_new(NULL, NULL);

    if (!table)
        return NULL;
    for (size_t i = 0; i < grid->column_count; i++)
        columns[i] =
            (struct table_column){grid->columns[i].key, grid->columns[i].title, TABLE_LEFT};
    table_set_columns(table, columns, grid->column_count);
    for (size_t i = 0; i < grid->row_count; i++) {
        table_add_row(table, 0);
        for (size_t j = 0; j < grid->column_count; j++) {
            const struct cell *cell = &grid->rows[i]->cells[j];
            if (cell->has_number)
                table_put_number(table, cell->number, "%s", cell->text);
            else if (grid->columns[j].right)
                table_put_none(table, cell->text);
            else
                table_put_string(table, cell->text, NULL);
            if (cell->why)
                table_footnote(table, "%s", cell->why);
        }
    }
    return table;
}
