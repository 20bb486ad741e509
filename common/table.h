/* SPDX-License-Identifier: MIT */
/*
 * One table, many forms: what a command has to show is put in once, and comes out as text for a
 * terminal, CSV, JSON, Markdown or HTML.
 *
 *     static const struct table_column columns[] = {
 *         {"measure", "", 0},
 *         {"native_ns", "native", 0},
 *         {"vm_ns", "VM\nno guest kernel", 0},
 *     };
 *     struct table *table = table_new("One program, several boxes", "host: AMD EPYC");
 *     table_set_columns(table, columns, 3);
 *     table_add_row(table, 0);
 *     table_put_string(table, "start", "start to first output");
 *     table_put_integer(table, 440000, "%.2f ms", 0.44);
 *     table_put_none(table, "skipped");
 *     table_footnote(table, "there is no /dev/kvm here");
 *     table_note(table, "~", "within the noise");
 *     result = table_print(table, TABLE_TEXT, stdout, &error);
 *     table_free(table);
 *
 * Cells are filled from left to right. Each has a value for programs (CSV, JSON: a number, a
 * string, true or false, or null) and a text for people. Strings are copied, and may be hostile:
 * each form escapes them in its own way. A building call that runs out of memory, or is given more
 * cells than columns, is remembered, and table_print() then fails.
 */
#ifndef VIRTLAB_TABLE_H
#define VIRTLAB_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "common/error.h"

struct table;

enum table_form { TABLE_TEXT, TABLE_CSV, TABLE_JSON, TABLE_MARKDOWN, TABLE_HTML };

enum {
    TABLE_LEFT = 0,
    TABLE_RIGHT = 1,   /* align right, for columns of plain numbers */
    TABLE_WRAP = 2,    /* long cells may be broken over several lines, in TABLE_TEXT */
    TABLE_MACHINE = 4, /* shown in CSV and JSON only */
    TABLE_HUMAN = 8,   /* shown in text, Markdown and HTML only */
};

struct table_column {
    const char *key;   /* its name in CSV and JSON, with its unit: "native_ns" */
    const char *title; /* its head for people; '\n' starts a second line */
    unsigned flags;
};

/* How a cell is meant: a colour in a terminal, a class in HTML. */
enum table_tone { TONE_PLAIN, TONE_GOOD, TONE_WARN, TONE_BAD, TONE_WEAK };

/* title and aside stand over the table, left and right; either may be NULL. NULL: no memory. */
struct table *table_new(const char *title, const char *aside);
void table_free(struct table *table);

/* Once, before the first row. The first column that is not TABLE_MACHINE names the rows. */
void table_set_columns(struct table *table, const struct table_column *columns, size_t count);

/* Start a row. indent 1 is a row that says more about the row above it, 2 one step further. */
void table_add_row(struct table *table, unsigned indent);

/* Start a row of its own that says what the rows below it have in common. CSV and JSON leave it
 * out. */
void table_add_heading(struct table *table, const char *text);

/* The next cell of the row. text NULL: the value itself is shown. */
void table_put_string(struct table *table, const char *value, const char *text);
void table_put_integer(struct table *table, int64_t value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_put_number(struct table *table, double value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void table_put_bool(struct table *table, bool value, const char *text);
void table_put_none(struct table *table, const char *text); /* null: "skipped", "–" */

/* For the cell just put. */
void table_tone(struct table *table, enum table_tone tone);

/*
 * A footnote to the cell just put, such as the reason why it is skipped: [1], [2] … where people
 * read, and in the field `notes` of its row in CSV and JSON. The same sentence has one number.
 */
void table_footnote(struct table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A line under the table that explains a mark used in it. CSV and JSON leave it out. */
void table_note(struct table *table, const char *mark, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Print the table. Errors: -ENOMEM, -EINVAL for too many cells. Whether writing worked is for the
 * caller to ask of out (streams_finish() for stdout).
 *
 * TABLE_TEXT: as wide as the terminal that out is, else TABLE_WIDTH columns; columns that do not
 * fit beside each other come in blocks under each other, and nothing is cut off; those without a
 * value, of which each cell says the same, are then told in one line. Colour only in a
 * terminal, and without NO_COLOR (https://no-color.org). In a locale that is not UTF-8 the text is
 * put into ASCII.
 * TABLE_CSV: RFC 4180, with a line of names. A string that a spreadsheet would take for a formula
 * has a ' put before it.
 * TABLE_JSON: an array of objects, one per row.
 */
int table_print(const struct table *table, enum table_form form, FILE *out, struct error *error);

/* The same as TABLE_TEXT in a width of the caller's choice, and never with colour. */
int table_print_width(const struct table *table, FILE *out, int width, struct error *error);

enum { TABLE_WIDTH = 80 };

#endif
