/* SPDX-License-Identifier: MIT */
/* A made-up run as the dashboard has it, for the tests of its layers. */
#ifndef VIRTLAB_TESTS_TUI_STATE_H
#define VIRTLAB_TESTS_TUI_STATE_H

#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/make_samples.h"
#include "tui/model/pages.h"
#include "tui/model/source.h"

struct tui_fixture {
    struct folder folder;
    struct source source;
    struct state *state;
};

static inline int tui_setup(void **context)
{
    struct tui_fixture *fixture = calloc(1, sizeof *fixture);

    setlocale(LC_CTYPE, "C.UTF-8");
    folder_make(&fixture->folder);
    samples_compare(&fixture->folder, 7, 20);
    samples_write_environment(&fixture->folder);
    folder_close(&fixture->folder);
    source_open(&fixture->source, fixture->folder.path, NULL);
    source_read(&fixture->source);
    fixture->state = source_make_state(&fixture->source, SIZE_MAX);
    *context = fixture;
    return fixture->state ? 0 : -1;
}

static inline int tui_teardown(void **context)
{
    struct tui_fixture *fixture = *context;

    state_free(fixture->state);
    source_close(&fixture->source);
    folder_remove(&fixture->folder);
    free(fixture);
    return 0;
}

static inline const struct page *tui_page(const struct state *state, const char *name)
{
    return &state->pages[page_find(name)];
}

/* The row of that name; fails the test when there is none. */
static inline const struct row *tui_row(const struct page *page, const char *name)
{
    for (size_t i = 0; i < page->grid.row_count; i++)
        if (strcmp(page->grid.rows[i]->cells[0].text, name) == 0)
            return page->grid.rows[i];
    fail_msg("there is no row '%s'", name);
    return NULL;
}

#endif
