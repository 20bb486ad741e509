/* SPDX-License-Identifier: MIT */
/* What Enter tells of a cell: what was measured, what that means, and what makes it so. */
#include "tests/unit/tui_state.h"

#include "tui/model/page_exits.h"

static bool has_line(const struct cell *cell, const char *start)
{
    for (size_t i = 0; cell->explained && i < cell->explained->count; i++)
        if (strncmp(cell->explained->text[i], start, strlen(start)) == 0)
            return true;
    return false;
}

static bool explains(const struct cell *cell, const char *part)
{
    for (size_t i = 0; cell->explained && i < cell->explained->count; i++)
        if (strstr(cell->explained->text[i], part))
            return true;
    return false;
}

static void every_figure_is_explained(void **context)
{
    static const char *const pages[] = {"compare", "start-up"};
    const struct tui_fixture *fixture = *context;
    size_t figures = 0;

    for (size_t p = 0; p < 2; p++) {
        const struct grid *grid = &tui_page(fixture->state, pages[p])->grid;
        for (size_t i = 0; i < grid->row_count; i++) {
            for (size_t j = 1; j < grid->column_count; j++) {
                const struct cell *cell = &grid->rows[i]->cells[j];
                if (!cell->has_number || strstr(grid->rows[i]->cells[0].text, "probes"))
                    continue;
                figures++;
                assert_true(has_line(cell, "Measured: "));
                assert_true(has_line(cell, "Behind it: "));
                assert_true(has_line(cell, "Samples: experiment "));
                assert_false(explains(cell, ", ,"));
                assert_false(explains(cell, "the same, divided"));
            }
        }
    }
    assert_true(figures > 20);
}

static void an_explanation_says_what_a_turn_is(void **context)
{
    const struct tui_fixture *fixture = *context;
    const struct row *row = tui_row(tui_page(fixture->state, "compare"), "integer step");

    assert_true(explains(&row->cells[2], "one turn is a step of a chain"));
    assert_true(explains(&row->cells[2], "times native"));
    assert_true(explains(&row->cells[2], "never between two instructions"));
    assert_true(explains(&row->cells[3], "guest mode runs on the processor"));
    assert_true(has_line(&row->cells[3], "integer step – VM, no guest kernel"));
    /* A figure that is not there has a reason, and nothing behind it. */
    assert_true(has_line(&row->cells[4], "skipped: "));
    assert_false(has_line(&row->cells[4], "Behind it: "));
}

static void a_score_says_what_holds(void **context)
{
    const struct tui_fixture *fixture = *context;
    const struct row *row = tui_row(tui_page(fixture->state, "compare"), "isolation: probes held");

    assert_true(explains(&row->cells[2], "namespaces hide"));
    assert_true(explains(&row->cells[3], "the VMM answers"));
}

static void take(struct exit_record *record, const char *category, const char *name, double at)
{
    const struct timeline_event event = {
        .category = category, .name = name, .start_us = at, .duration_us = 2};

    assert_int_equal(exit_record_take(record, &event), 0);
}

static void an_exit_says_why_the_guest_left(void **context)
{
    struct exit_record record = {0};
    struct arena arena = {0};
    struct page page = {0};

    (void)context;
    for (int i = 0; i < 150; i++) {
        take(&record, "syscall", "getppid", 10 * i);
        take(&record, "exit", "port I/O", 10 * i);
    }
    take(&record, "exit", "a reason of tomorrow", 5000);
    page_exits_fill(&page, &arena, &record, SIZE_MAX, false);
    const struct row *row = tui_row(&page, "port I/O");
    assert_true(explains(&row->cells[0], "executed IN or OUT"));
    assert_true(explains(&row->cells[6], "Measured: 150 such exits"));
    assert_true(explains(&row->cells[6], "(p99)"));
    row = tui_row(&page, "getppid");
    assert_true(explains(&row->cells[1], "system call getppid, which it has no kernel for"));
    /* What nobody has described has its figures all the same. */
    row = tui_row(&page, "a reason of tomorrow");
    assert_true(explains(&row->cells[1], "p99 needs 100"));
    arena_free(&arena);
    exit_record_free(&record);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_figure_is_explained, tui_setup, tui_teardown),
        cmocka_unit_test_setup_teardown(an_explanation_says_what_a_turn_is, tui_setup,
                                        tui_teardown),
        cmocka_unit_test_setup_teardown(a_score_says_what_holds, tui_setup, tui_teardown),
        cmocka_unit_test(an_exit_says_why_the_guest_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
