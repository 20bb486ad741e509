/* SPDX-License-Identifier: MIT */
/* A table for other programs: CSV and JSON, each with its own escaping. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/table_internal.h"
#include "common/text.h"

/* With as few digits as give the same number back; never infinite, never the locale's comma. */
static void print_number(FILE *out, double number)
{
    char digits[40];

    for (int precision = 6; precision <= 17; precision++) {
        snprintf(digits, sizeof digits, "%.*g", precision, number);
        if (strtod(digits, NULL) == number)
            break;
    }
    fputs(digits, out);
}

static bool for_machines(const struct column *column)
{
    return !(column->flags & TABLE_HUMAN);
}

/* CSV: RFC 4180, section 2. */

/* What stands between the quotes. */
static void csv_text(FILE *out, const char *text)
{
    while (*text) {
        size_t size = text_printable_length(text, strlen(text));
        if (*text == '"')
            fputs("\"\"", out);
        else if (size > 0)
            fwrite(text, 1, size, out);
        else
            fprintf(out, "\\x%02x", (unsigned char)*text);
        text += size > 0 ? size : 1;
    }
}

static void csv_string(FILE *out, const char *text)
{
    /* What a spreadsheet would run as a formula (OWASP, "CSV Injection"). */
    fputs(*text && strchr("=+-@", *text) ? "\"'" : "\"", out);
    csv_text(out, text);
    fputc('"', out);
}

static void csv_cell(FILE *out, const struct cell *cell)
{
    switch (cell->type) {
    case CELL_STRING:
        csv_string(out, cell->value ? cell->value : "");
        break;
    case CELL_INTEGER:
        fprintf(out, "%lld", (long long)cell->integer);
        break;
    case CELL_NUMBER:
        if (isfinite(cell->number))
            print_number(out, cell->number);
        break;
    case CELL_BOOL:
        fputs(cell->integer ? "true" : "false", out);
        break;
    case CELL_NONE:
    case CELL_EMPTY:
        break;
    }
}

/* The reasons of a row in one field: "vm_ns: no /dev/kvm; …". */
static void csv_notes(const struct table *table, const struct row *row, FILE *out)
{
    const char *separator = "\"";

    for (size_t i = 0; i < table->column_count; i++) {
        unsigned footnote = table_cell(row, i)->footnote;
        if (!footnote)
            continue;
        fputs(separator, out);
        csv_text(out, table->columns[i].key);
        fputs(": ", out);
        csv_text(out, table->footnotes[footnote - 1]);
        separator = "; ";
    }
    if (*separator == ';')
        fputc('"', out);
}

void table_print_csv(const struct table *table, FILE *out)
{
    const char *comma = "";

    for (size_t i = 0; i < table->column_count; i++) {
        if (!for_machines(&table->columns[i]))
            continue;
        fputs(comma, out);
        csv_string(out, table->columns[i].key);
        comma = ",";
    }
    fputs(table->footnote_count ? ",\"notes\"\r\n" : "\r\n", out);

    for (size_t i = 0; i < table->row_count; i++) {
        if (table->rows[i].heading)
            continue;
        comma = "";
        for (size_t j = 0; j < table->column_count; j++) {
            if (!for_machines(&table->columns[j]))
                continue;
            fputs(comma, out);
            csv_cell(out, table_cell(&table->rows[i], j));
            comma = ",";
        }
        if (table->footnote_count) {
            fputc(',', out);
            csv_notes(table, &table->rows[i], out);
        }
        fputs("\r\n", out);
    }
}

/* JSON: RFC 8259. */

static void json_cell(FILE *out, const struct cell *cell)
{
    switch (cell->type) {
    case CELL_STRING:
        text_print_json(out, cell->value ? cell->value : "");
        break;
    case CELL_INTEGER:
        fprintf(out, "%lld", (long long)cell->integer);
        break;
    case CELL_NUMBER:
        if (isfinite(cell->number))
            print_number(out, cell->number);
        else
            fputs("null", out); /* JSON has neither infinity nor "not a number" */
        break;
    case CELL_BOOL:
        fputs(cell->integer ? "true" : "false", out);
        break;
    case CELL_NONE:
    case CELL_EMPTY:
        fputs("null", out);
        break;
    }
}

static void json_notes(const struct table *table, const struct row *row, FILE *out)
{
    const char *comma = "";

    fputs(", \"notes\": {", out);
    for (size_t i = 0; i < table->column_count; i++) {
        unsigned footnote = table_cell(row, i)->footnote;
        if (!footnote)
            continue;
        fputs(comma, out);
        text_print_json(out, table->columns[i].key);
        fputs(": ", out);
        text_print_json(out, table->footnotes[footnote - 1]);
        comma = ", ";
    }
    fputc('}', out);
}

void table_print_json(const struct table *table, FILE *out)
{
    const char *separator = "\n {";

    fputc('[', out);
    for (size_t i = 0; i < table->row_count; i++) {
        const char *comma = "";

        if (table->rows[i].heading)
            continue;
        fputs(separator, out);
        separator = ",\n {";
        for (size_t j = 0; j < table->column_count; j++) {
            if (!for_machines(&table->columns[j]))
                continue;
            fputs(comma, out);
            text_print_json(out, table->columns[j].key);
            fputs(": ", out);
            json_cell(out, table_cell(&table->rows[i], j));
            comma = ", ";
        }
        if (table->footnote_count)
            json_notes(table, &table->rows[i], out);
        fputc('}', out);
    }
    fputs("\n]\n", out);
}
