/* SPDX-License-Identifier: MIT */
/* A table for pages: Markdown and HTML. They escape alike, since a browser reads both in the end.
 */
#include <string.h>

#include "common/table_internal.h"
#include "common/text.h"

static bool for_people(const struct column *column)
{
    return !(column->flags & TABLE_MACHINE);
}

/* line_break is what '\n' becomes, which only a column's title may have; NULL: it is shown as \x0a.
 */
static void markup(FILE *out, const char *text, const char *line_break, bool markdown)
{
    while (*text) {
        size_t size = text_printable_length(text, strlen(text));

        if (*text == '\n' && line_break)
            fputs(line_break, out);
        else if (size == 0)
            fprintf(out, markdown ? "\\\\x%02x" : "\\x%02x", (unsigned char)*text);
        else if (text_html_entity(*text))
            fputs(text_html_entity(*text), out);
        else if (markdown && strchr("\\`*_[]|~", *text))
            fprintf(out, "\\%c", *text);
        else
            fwrite(text, 1, size, out);
        text += size > 0 ? size : 1;
    }
}

static void markdown(FILE *out, const char *text)
{
    markup(out, text, NULL, true);
}

static void html(FILE *out, const char *text)
{
    markup(out, text, NULL, false);
}

static void markdown_title(const struct table *table, FILE *out)
{
    if (*table->title) {
        fputs("**", out);
        markdown(out, table->title);
        fputs("**", out);
    }
    if (*table->title && *table->aside)
        fputs(" – ", out);
    markdown(out, table->aside);
    if (*table->title || *table->aside)
        fputs("\n\n", out);
}

static void markdown_head(const struct table *table, FILE *out)
{
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
}

static void markdown_row(const struct table *table, const struct row *row, FILE *out)
{
    for (size_t i = 0; i < table->column_count; i++) {
        const struct cell *cell = table_cell(row, i);
        bool label = i == table_label_column(table);

        if (!for_people(&table->columns[i]))
            continue;
        fputs("| ", out);
        for (unsigned n = 0; label && n < row->indent; n++)
            fputs("&emsp;", out);
        if (label && row->heading) {
            fputs("**", out);
            markdown(out, row->heading);
            fputs("**", out);
        }
        markdown(out, cell_text(cell));
        if (cell->footnote)
            fprintf(out, " \\[%u\\]", cell->footnote);
        fputc(' ', out);
    }
    fputs("|\n", out);
}

void table_print_markdown(const struct table *table, FILE *out)
{
    markdown_title(table, out);
    markdown_head(table, out);
    for (size_t i = 0; i < table->row_count; i++)
        markdown_row(table, &table->rows[i], out);

    if (table->note_count || table->footnote_count)
        fputc('\n', out);
    for (size_t i = 0; i < table->note_count; i++) {
        fputs("- ", out);
        markdown(out, table->notes[i].mark);
        fputc(' ', out);
        markdown(out, table->notes[i].text);
        fputc('\n', out);
    }
    for (size_t i = 0; i < table->footnote_count; i++) {
        fprintf(out, "- \\[%zu\\] ", i + 1);
        markdown(out, table->footnotes[i]);
        fputc('\n', out);
    }
}

static void html_caption(const struct table *table, FILE *out)
{
    if (!*table->title && !*table->aside)
        return;
    fputs("<caption>", out);
    html(out, table->title);
    if (*table->aside) {
        fputs(" <span class=\"aside\">", out);
        html(out, table->aside);
        fputs("</span>", out);
    }
    fputs("</caption>\n", out);
}

static void html_head(const struct table *table, FILE *out)
{
    fputs("<thead><tr>", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!for_people(&table->columns[i]))
            continue;
        fputs("<th scope=\"col\">", out);
        markup(out, table->columns[i].title, "<br>", false);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n", out);
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
    html(out, cell_text(cell));
    if (cell->footnote)
        fprintf(out, "<sup>[%u]</sup>", cell->footnote);
    fputs(label ? "</th>" : "</td>", out);
}

static void html_row(const struct table *table, const struct row *row, FILE *out)
{
    size_t shown = 0;

    fputs("<tr>", out);
    for (size_t i = 0; i < table->column_count; i++) {
        if (!for_people(&table->columns[i]))
            continue;
        shown++;
        if (!row->heading)
            html_cell(table, row, i, out);
    }
    if (row->heading) {
        fprintf(out, "<th colspan=\"%zu\" class=\"heading\">", shown);
        html(out, row->heading);
        fputs("</th>", out);
    }
    fputs("</tr>\n", out);
}

static void html_note(const char *mark, const char *text, FILE *out)
{
    fputs("<li><span class=\"mark\">", out);
    html(out, mark);
    fputs("</span> ", out);
    html(out, text);
    fputs("</li>\n", out);
}

void table_print_html(const struct table *table, FILE *out)
{
    fputs("<table>\n", out);
    html_caption(table, out);
    html_head(table, out);
    fputs("<tbody>\n", out);
    for (size_t i = 0; i < table->row_count; i++)
        html_row(table, &table->rows[i], out);
    fputs("</tbody></table>\n", out);

    if (!table->note_count && !table->footnote_count)
        return;
    fputs("<ul class=\"notes\">\n", out);
    for (size_t i = 0; i < table->note_count; i++)
        html_note(table->notes[i].mark, table->notes[i].text, out);
    for (size_t i = 0; i < table->footnote_count; i++) {
        char mark[32];
        snprintf(mark, sizeof mark, "[%zu]", i + 1);
        html_note(mark, table->footnotes[i], out);
    }
    fputs("</ul>\n", out);
}
