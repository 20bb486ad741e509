/* SPDX-License-Identifier: MIT */
/* The table itself: what it holds, and how it is filled. */
#include "common/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "common/table_internal.h"
#include "common/terminal.h"

static char *copy(struct table *table, const char *text)
{
    char *result = strdup(text ? text : "");

    if (!result)
        table->failed = -ENOMEM;
    return result;
}

/* Makes room for one more element; NULL, and the table failed, when there is no memory. */
static void *grow(struct table *table, void *array, size_t count, size_t element_size)
{
    void *larger = reallocarray(array, count + 1, element_size);

    if (!larger)
        table->failed = -ENOMEM;
    return larger;
}

struct table *table_new(const char *title, const char *aside)
{
    struct table *table = calloc(1, sizeof *table);

    if (!table)
        return NULL;
    table->title = copy(table, title);
    table->aside = copy(table, aside);
    return table;
}

void table_free(struct table *table)
{
    if (!table)
        return;
    for (size_t i = 0; i < table->row_count; i++) {
        for (size_t j = 0; j < table->rows[i].count; j++) {
            free(table->rows[i].cells[j].value);
            free(table->rows[i].cells[j].text);
        }
        free(table->rows[i].cells);
        free(table->rows[i].heading);
    }
    for (size_t i = 0; i < table->column_count; i++) {
        free(table->columns[i].key);
        free(table->columns[i].title);
    }
    for (size_t i = 0; i < table->footnote_count; i++)
        free(table->footnotes[i]);
    for (size_t i = 0; i < table->note_count; i++) {
        free(table->notes[i].mark);
        free(table->notes[i].text);
    }
    free(table->rows);
    free(table->columns);
    free(table->footnotes);
    free(table->notes);
    free(table->title);
    free(table->aside);
    free(table);
}

void table_set_columns(struct table *table, const struct table_column *columns, size_t count)
{
    if (table->columns || table->row_count > 0) {
        table->failed = -EINVAL;
        return;
    }
    table->columns = calloc(count, sizeof *table->columns);
    if (!table->columns) {
        table->failed = -ENOMEM;
        return;
    }
    table->column_count = count;
    for (size_t i = 0; i < count; i++)
        table->columns[i] = (struct column){
            .key = copy(table, columns[i].key),
            .title = copy(table, columns[i].title),
            .flags = columns[i].flags,
        };
}

/* NULL: no memory. */
static struct row *next_row(struct table *table)
{
    if (table->failed)
        return NULL;
    struct row *rows = grow(table, table->rows, table->row_count, sizeof *rows);
    if (!rows)
        return NULL;
    table->rows = rows;
    struct row *row = &rows[table->row_count++];
    *row = (struct row){0};
    return row;
}

void table_add_row(struct table *table, unsigned indent)
{
    struct row *row = next_row(table);

    if (!row)
        return;
    row->indent = indent;
    row->cells = calloc(table->column_count, sizeof *row->cells);
    if (!row->cells)
        table->failed = -ENOMEM;
}

void table_add_heading(struct table *table, const char *text)
{
    struct row *row = next_row(table);

    if (row)
        row->heading = copy(table, text);
}

/* The cell put last, NULL when the table has failed or has none. */
static struct cell *last_cell(struct table *table)
{
    if (table->failed)
        return NULL;
    struct row *row = table->row_count > 0 ? &table->rows[table->row_count - 1] : NULL;
    if (!row || row->count == 0) {
        table->failed = -EINVAL;
        return NULL;
    }
    return &row->cells[row->count - 1];
}

static struct cell *next_cell(struct table *table, enum cell_type type)
{
    if (table->failed)
        return NULL;
    struct row *row = table->row_count > 0 ? &table->rows[table->row_count - 1] : NULL;
    if (!row || row->heading || row->count == table->column_count) {
        table->failed = -EINVAL;
        return NULL;
    }
    row->count++;
    struct cell *cell = last_cell(table);
    cell->type = type;
    return cell;
}

static char *format_text(struct table *table, const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0) {
        table->failed = -ENOMEM;
        return NULL;
    }
    return text;
}

static char *print_text(struct table *table, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    char *text = format_text(table, format, args);
    va_end(args);
    return text;
}

void table_put_string(struct table *table, const char *value, const char *text)
{
    struct cell *cell = next_cell(table, CELL_STRING);

    if (!cell)
        return;
    cell->value = copy(table, value);
    cell->text = copy(table, text ? text : value);
}

void table_put_integer(struct table *table, int64_t value, const char *format, ...)
{
    struct cell *cell = next_cell(table, CELL_INTEGER);
    va_list args;

    if (!cell)
        return;
    cell->integer = value;
    va_start(args, format);
    cell->text =
        format ? format_text(table, format, args) : print_text(table, "%lld", (long long)value);
    va_end(args);
}

void table_put_number(struct table *table, double value, const char *format, ...)
{
    struct cell *cell = next_cell(table, CELL_NUMBER);
    va_list args;

    if (!cell)
        return;
    cell->number = value;
    va_start(args, format);
    cell->text = format ? format_text(table, format, args) : print_text(table, "%g", value);
    va_end(args);
}

void table_put_bool(struct table *table, bool value, const char *text)
{
    struct cell *cell = next_cell(table, CELL_BOOL);

    if (!cell)
        return;
    cell->integer = value;
    cell->text = copy(table, text ? text : value ? "yes" : "no");
}

void table_put_none(struct table *table, const char *text)
{
    struct cell *cell = next_cell(table, CELL_NONE);

    if (cell)
        cell->text = copy(table, text);
}

void table_tone(struct table *table, enum table_tone tone)
{
    struct cell *cell = last_cell(table);

    if (cell)
        cell->tone = tone;
}

/* Takes over text. Returns the footnote's number, 0 when it could not be kept. */
static unsigned number_footnote(struct table *table, char *text)
{
    for (size_t i = 0; i < table->footnote_count; i++) {
        if (strcmp(table->footnotes[i], text) == 0) {
            free(text);
            return (unsigned)i + 1;
        }
    }
    char **footnotes =
        grow(table, table->footnotes, table->footnote_count, sizeof *table->footnotes);
    if (!footnotes) {
        free(text);
        return 0;
    }
    table->footnotes = footnotes;
    footnotes[table->footnote_count++] = text;
    return (unsigned)table->footnote_count;
}

void table_footnote(struct table *table, const char *format, ...)
{
    struct cell *cell = last_cell(table);
    va_list args;

    if (!cell)
        return;
    va_start(args, format);
    char *text = format_text(table, format, args);
    va_end(args);
    if (text)
        cell->footnote = number_footnote(table, text);
}

void table_note(struct table *table, const char *mark, const char *format, ...)
{
    va_list args;

    if (table->failed)
        return;
    struct note *notes = grow(table, table->notes, table->note_count, sizeof *notes);
    if (!notes)
        return;
    table->notes = notes;
    va_start(args, format);
    notes[table->note_count++] = (struct note){
        .mark = copy(table, mark),
        .text = format_text(table, format, args),
    };
    va_end(args);
}

const struct cell *table_cell(const struct row *row, size_t column)
{
    static const struct cell empty;

    return column < row->count ? &row->cells[column] : &empty;
}

const char *cell_text(const struct cell *cell)
{
    return cell->text ? cell->text : "";
}

size_t table_label_column(const struct table *table)
{
    size_t column = 0;

    while (column + 1 < table->column_count && table->columns[column].flags & TABLE_MACHINE)
        column++;
    return column;
}

static int check(const struct table *table, struct error *error)
{
    if (table->failed == -ENOMEM)
        return error_set(error, ENOMEM, "no memory for the table");
    if (table->failed || table->column_count == 0)
        return error_set(error, EINVAL, "the table '%s' was put together wrongly", table->title);
    return 0;
}

static int width_of_output(int fd)
{
    int columns, rows;

    /* Below 20 columns no table makes sense. */
    return terminal_size(fd, &columns, &rows) && columns >= 20 ? columns : TABLE_WIDTH;
}

int table_print(const struct table *table, enum table_form form, FILE *out, struct error *error)
{
    int result = check(table, error);

    if (result < 0)
        return result;
    switch (form) {
    case TABLE_TEXT:
        result = table_print_text(table, out, width_of_output(fileno(out)),
                                  terminal_colour(fileno(out)));
        break;
    case TABLE_CSV:
        table_print_csv(table, out);
        break;
    case TABLE_JSON:
        table_print_json(table, out);
        break;
    case TABLE_MARKDOWN:
        table_print_markdown(table, out);
        break;
    case TABLE_HTML:
        table_print_html(table, out);
        break;
    }
    return result < 0 ? error_set(error, ENOMEM, "no memory for the table") : 0;
}

int table_print_width(const struct table *table, FILE *out, int width, struct error *error)
{
    int result = check(table, error);

    if (result == 0 && table_print_text(table, out, width, false) < 0)
        result = error_set(error, ENOMEM, "no memory for the table");
    return result;
}
