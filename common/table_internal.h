/* SPDX-License-Identifier: MIT */
/* What the files of the table share; its users include common/table.h. */
#ifndef VIRTLAB_TABLE_INTERNAL_H
#define VIRTLAB_TABLE_INTERNAL_H

#include "common/table.h"

enum cell_type { CELL_EMPTY, CELL_STRING, CELL_INTEGER, CELL_NUMBER, CELL_BOOL, CELL_NONE };

struct cell {
    enum cell_type type;
    enum table_tone tone;
    unsigned footnote; /* its number, from 1 on; 0: none */
    int64_t integer;   /* CELL_INTEGER, CELL_BOOL */
    double number;
    char *value; /* CELL_STRING */
    char *text;  /* for people; never NULL in a cell that was put */
};

struct column {
    char *key;
    char *title;
    unsigned flags;
};

struct row {
    char *heading; /* a heading: no cells; else NULL */
    unsigned indent;
    size_t count; /* of the cells put so far */
    struct cell *cells;
};

struct note {
    char *mark;
    char *text;
};

struct table {
    char *title, *aside;
    struct column *columns;
    size_t column_count;
    struct row *rows;
    size_t row_count;
    char **footnotes;
    size_t footnote_count;
    struct note *notes;
    size_t note_count;
    int failed; /* a negative errno, once a building call has failed */
};

/* A cell that was never put is empty: "" for people, null for programs. */
const struct cell *table_cell(const struct row *row, size_t column);
const char *cell_text(const struct cell *cell);

/* The first column that people see, which names the rows. */
size_t table_label_column(const struct table *table);

int table_print_text(const struct table *table, FILE *out, int width, bool colour);
void table_print_csv(const struct table *table, FILE *out);
void table_print_json(const struct table *table, FILE *out);
void table_print_markdown(const struct table *table, FILE *out);
void table_print_html(const struct table *table, FILE *out);

#endif
