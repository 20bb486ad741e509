/* SPDX-License-Identifier: MIT */
/*
 * The screens, as one table: a new screen is a new line here and a function that makes its page.
 */
#ifndef VIRTLAB_TUI_PAGES_H
#define VIRTLAB_TUI_PAGES_H

#include "bench/analysis/analysis.h"
#include "tui/model/state.h"

/* What is drawn beside the grid. */
enum chart {
    CHART_NONE,
    CHART_BARS,   /* the row under the cursor: a bar for each platform, with its interval */
    CHART_DETAIL, /* what is to be told of the row under the cursor */
    CHART_START,  /* its distributions, and the stages of the platform under the cursor */
    CHART_RECORD, /* a record over time, and the moment in it */
};

/* What pages are made of. */
struct sources {
    const struct analysis *analysis; /* NULL: there are no results */
    const char *folder;              /* of the results, as it was named */
    const char *root;                /* where results folders lie */
    const char *name;                /* the folder's in there */
    const char *timeline;            /* a recorded timeline; NULL: none */
};

struct page_kind {
    const char *name;    /* on the command line */
    const char *title;   /* N_() */
    const char *purpose; /* N_(): what it shows, one sentence */
    enum chart chart;
    const char *command; /* what F5 proposes, if that is no measurement; NULL: it is */
    const char *run;     /* what F5 proposes to measure: "startup --quick"; NULL: "all --quick" */
    const char *held[4]; /* by runs of these names, NULL behind the last */
    const char *plot;    /* the picture that goes with it; NULL: any */
    void (*make)(struct page *page, struct arena *arena, const struct sources *sources);
};

extern const struct page_kind page_kinds[];
extern const size_t page_kinds_count;

/* The number of the page of that name; page_kinds_count: there is none. */
size_t page_find(const char *name);

/*
 * For those of the pages that have nothing to show: whether earlier runs beside this one may have
 * it, by the names of their folders.
 */
void pages_point_to_earlier(struct page *pages, struct arena *arena, const struct sources *sources);

void page_make_compare(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_startup(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_isolation(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_neighbours(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_exits(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_claims(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_results(struct page *page, struct arena *arena, const struct sources *sources);
void page_make_labs(struct page *page, struct arena *arena, const struct sources *sources);

#endif
