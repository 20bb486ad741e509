/* SPDX-License-Identifier: MIT */
/* A table for other programs: CSV, JSON, Markdown and HTML, each with its own escaping. */
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

static bool for_people(const struct column *column)
{
    return !(column->flags & TABLE_MACHINE);
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
    fputc('[', out);
    for (size_t i = 0; i < table->row_count; i++) {
        const char *comma = "";

        fputs(i > 0 ? ",\n {" : "\n {", out);
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

/* Markdown and HTML escape alike: a browser reads both in the end. */

static void markup(FILE *out, const char *text, const char *line_break, bool markdown)
{
    while (*text) {
        size_t size = text_printable_length(text, strlen(text));

        if (*text == '\n' && line_break)
            fputs(line_break, out);
        else if (size == 0)
            fprintf(out, markdown ? "\\\\x%02x" : "\\x%02x", (unsigned char)*text);
        else if (*text == '&')
            fputs("&amp;", out);
        else if (*text == '<')
            fputs("&lt;", out);
        else if (*text == '>')
            fputs("&gt;", out);
        else if (*text == '"')
            fputs("&quot;", out);
        else if (*text == '\'')
            fputs("&#39;", out);
        else if (markdown && strchr("\\`*_[]|~", *text))
            fprintf(out, "\\%c", *text);
        else
            fwrite(text, 1, size, out);
        text += size > 0 ? size : 1;
    }
}

void table_print_markdown(const struct table *table, FILE *out)
{
    if (*table->title || *table->aside) {
        fputs("**", out);
        markup(out, table->title, NULL, true);
        fputs(*table->title && *table->aside ? "** – " : "", out);
        markup(out, table->aside, NULL, true);
        fputs(*table->title && *table->aside ? "\n\n" : "**\n\n", out);
    }

    for (size_t i = 0; i < table->column_count; i++) {
        if (!for_people(&table->columns[i]))
            continue;
        fputs("| ", out);
        markup(out, table->columns[i].title, "<br>", true);
        fputc(' ', out);
    }
    fputs("|\n", out);
    for (size_t i = 0; i < table->column_count; i++)
        if (for_people(&table->columns[i]))
            fputs(table->columns[i].flags & TABLE_RIGHT ? "|---:" : "|---", out);
    fputs("|\n", out);

    for (size_t i = 0; i < table->row_count; i++) {
        const struct row *row = &table->rows[i];
        for (size_t j = 0; j < table->column_count; j++) {
            const struct cell *cell = table_cell(row, j);
            if (!for_people(&table->columns[j]))
                continue;
            fputs("| ", out);
            for (unsigned n = 0; j == table_label_column(table) && n < row->indent; n++)
                fputs("&emsp;", out);
            markup(out, cell_text(cell), NULL, true);
            if (cell->footnote)
                fprintf(out, " \\[%u\\]", cell->footnote);
            fputc(' ', out);
        }
        fputs("|\n", out);
    }

    if (table->note_count || table->footnote_count)
        fputc('\n', out);
    for (size_t i = 0; i < table->note_count; i++) {
        fputs("- ", out);
        markup(out, table->notes[i].mark, NULL, true);
        fputs(" ", out);
        markup(out, table->notes[i].text, NULL, true);
        fputc('\n', out);
    }
    for (size_t i = 0; i < table->footnote_count; i++) {
        fprintf(out, "- \\[%zu\\] ", i + 1);
        markup(out, table->footnotes[i], NULL, true);
        fputc('\n', out);
    }
}

static void html_cell(const struct table *table, const struct row *row, size_t index, FILE *out)
{
    static const char *const tones[] = {
        [TONE_PLAIN] = "",   [TONE_GOOD] = " good", [TONE_WARN] = " warn",
        [TONE_BAD] = " bad", [TONE_WEAK] = " weak",
    };
    const struct cell *cell = table_cell(row, index);
    bool label = index == table_label_column(table);

    if (label)
        fprintf(out, "<th scope=\"row\" class=\"indent%u%s\">", row->indent, tones[cell->tone]);
    else
        fprintf(out, "<td class=\"%s%s\">",
                table->columns[index].flags & TABLE_RIGHT ? "number" : "text", tones[cell->tone]);
    markup(out, cell_text(cell), NULL, false);
    if (cell->footnote)
        fprintf(out, "<sup>[%u]</sup>", cell->footnote);
    fputs(label ? "</th>" : "</td>", out);
}

void table_print_html(const struct table *table, FILE *out)
{
    fputs("<table>\n", out);
    if (*table->title || *table->aside) {
        fputs("<caption>", out);
        markup(out, table->title, NULL, false);
        if (*table->aside) {
            fputs(" <span class=\"aside\">", out);
            markup(out, table->aside, NULL, false);
            fputs("</span>", out);
        }
        fputs("</caption>\n", out);
    }
    fputs("<thead><tr>", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!for_people(&table->columns[i]))
            continue;
        fputs("<th scope=\"col\">", out);
        markup(out, table->columns[i].title, "<br>", false);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < table->row_count; i++) {
        fputs("<tr>", out);
        for (size_t j = 0; j < table->column_count; j++)
            if (for_people(&table->columns[j]))
                html_cell(table, &table->rows[i], j, out);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table>\n", out);

    if (!table->note_count && !table->footnote_count)
        return;
    fputs("<ul class=\"notes\">\n", out);
    for (size_t i = 0; i < table->note_count; i++) {
        fputs("<li><span class=\"mark\">", out);
        markup(out, table->notes[i].mark, NULL, false);
        fputs("</span> ", out);
        markup(out, table->notes[i].text, NULL, false);
        fputs("</li>\n", out);
    }
    for (size_t i = 0; i < table->footnote_count; i++) {
        fprintf(out, "<li><span class=\"mark\">[%zu]</span> ", i + 1);
        markup(out, table->footnotes[i], NULL, false);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
}
