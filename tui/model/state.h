/* SPDX-License-Identifier: MIT */
/*
 * What the dashboard shows, worked out: a page for each screen, made of nothing but texts and
 * numbers. A state never changes once it is made, and points to nothing outside of its own arena,
 * so that it can be drawn while the next one is in the making (loader.h).
 *
 * Every text in it is clean: results, timelines and the names of folders come from anybody, and are
 * made harmless on the way in here, once (arena_text()).
 */
#ifndef VIRTLAB_TUI_STATE_H
#define VIRTLAB_TUI_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/table.h"
#include "tui/model/arena.h"

enum {
    GRID_COLUMNS_MAX = 48,
    CURVE_POINTS_MAX = 256, /* more than a terminal has dots across */
    LINES_MAX = 24,         /* of an explanation, and of notes */
    PAGES_MAX = 16,
    RECORD_BINS = 240,
    RECORD_LINES = 41,
};

/* The distribution of the values behind a cell: so many quantiles, equally far apart. */
struct curve {
    const double *points; /* ascending */
    size_t count;
    size_t samples; /* that it is made of */
};

/* Paragraphs. */
struct lines {
    const char *text[LINES_MAX];
    size_t count;
};

struct cell {
    const char *text;
    const char *other; /* the same as a ratio to native; NULL: there is none */
    const char *why;   /* there is no number: the reason; NULL: none is known */
    enum table_tone tone;
    bool has_number, has_interval;
    double number, low, high;      /* of the value: in the unit of the row */
    double share;                  /* 0 to 1: a bar in the cell; negative: none */
    const struct curve *curve;     /* NULL: none */
    const struct lines *explained; /* what Enter shows; NULL: nothing but the text */
};

struct grid_column {
    const char *key;   /* in JSON and CSV */
    const char *title; /* at most two lines, '\n' between them */
    bool right;        /* numbers: aligned right */
    bool fixed;        /* the first ones that are stay, wherever the rest is scrolled to */
};

struct row {
    struct cell cells[GRID_COLUMNS_MAX];
    const char *unit;  /* of its numbers, "ns" or "bytes", for bars; "" */
    const char *value; /* what the row stands for, to be given to a command; NULL: nothing */
    unsigned indent;
};

/* Rows and columns; the first column names the rows. */
struct grid {
    struct grid_column columns[GRID_COLUMNS_MAX];
    size_t column_count;
    struct row **rows;
    size_t row_count, room;
};

/* A stage of a start: where it lies if stages follow one another, and how long it takes. */
struct stage_bar {
    const char *name;
    double start_ns, duration_ns;
};

/* The stages of a platform's start; none: nobody measured them. */
struct stages_of {
    const char *title;
    const struct stage_bar *bars;
    size_t count;
    double stages_ns; /* together */
    double total_ns;  /* from start to exit; some of it lies in no stage */
};

/* One exit of a record, as texts. */
struct record_line {
    const char *number, *since, *what, *took;
};

/* A moment in a record of exits: how many there were over time, and those around the moment. */
struct moment {
    size_t at, count;         /* exits up to the moment, and all */
    bool held;                /* the moment stays where it is, also when more exits come */
    size_t bins[RECORD_BINS]; /* exits in equal parts of the time from the first to the last */
    double begin_ns, end_ns,
        at_ns; /* of the first that is kept, the last, this one: since the first */
    struct record_line lines[RECORD_LINES];
    size_t line_count, here;
};

struct page {
    struct grid grid;
    const char *empty; /* there is nothing to show: why, and what to do */
    struct lines notes;
    size_t telling;              /* the row that shows most of what the page is about */
    struct stages_of *stages;    /* one for each column of the grid; NULL: none */
    const struct moment *moment; /* in a record of exits; NULL: none */
};

struct state {
    struct arena arena;
    const char *folder;    /* as it was named */
    const char *run;       /* its own name; "" when there is no folder */
    const char *host;      /* the machine, in one line */
    const char *trouble;   /* why there is nothing to show; NULL: there is */
    size_t samples, shown; /* in the file, and those that a replay has come to */
    double noise;          /* the largest noise floor; negative: unknown */
    struct lines warnings; /* what is amiss with the folder */
    struct page pages[PAGES_MAX];
};

/*
 * A page made apart from the states in which it is shown, since it changes more often than they do:
 * it lends itself to a state, and must outlive that one.
 */
struct live_page {
    struct arena arena;
    struct page page;
};

/* A row at the end of the grid; NULL: no memory, and the arena says so. */
struct row *grid_add_row(struct arena *arena, struct grid *grid, const char *unit);

/* A column at the right; titles are cleaned line by line. Those of native are fixed: what others
   are held against. */
void grid_add_column(struct arena *arena, struct grid *grid, const char *key, const char *title,
                     bool right);

/* The next paragraph; those beyond LINES_MAX are left out. The text is one of the arena's. */
void lines_add(struct lines *lines, const char *text);

void state_free(struct state *state);
void live_page_free(struct live_page *page);

#endif
