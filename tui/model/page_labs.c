/* SPDX-License-Identifier: MIT */
/* The labs with their last grades; Enter shows which tests failed, and what to do. */
#include <string.h>

#include "common/i18n.h"
#include "labs/lab.h"
#include "labs/lab_record.h"
#include "tui/model/pages.h"

enum { LABS_MAX = 100 };

static const char *string_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* The tests of the last grade that are not passed. */
static const struct lines *explain(struct arena *arena, const json_t *grade)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const json_t *tests = json_object_get(grade, "tests");
    size_t failed = 0;

    for (size_t i = 0; lines && i < json_array_size(tests); i++) {
        const json_t *test = json_array_get(tests, i);
        if (strcmp(string_at(test, "outcome"), "ok") == 0)
            continue;
        failed++;
        lines_add(lines,
                  arena_format(arena, "%s: %s", string_at(test, "test"), string_at(test, "title")));
        if (strcmp(string_at(test, "outcome"), "fail") == 0)
            lines_add(lines, arena_format(arena, _("  do this: %s"), string_at(test, "advice")));
        else
            lines_add(lines, arena_format(arena, _("  not tried: %s"), string_at(test, "reason")));
    }
    if (lines && failed == 0)
        lines_add(lines, arena_text(arena, _("All tests that were made are passed.")));
    return lines;
}

static void add_grade(struct row *row, struct arena *arena, const json_t *grade, const char *when)
{
    const double score = (double)json_integer_value(json_object_get(grade, "score"));
    const double tried = (double)json_integer_value(json_object_get(grade, "tried"));
    struct cell *cell = &row->cells[2];

    cell->text = arena_format(arena, "%.0f/%.0f", score, tried);
    cell->has_number = true;
    cell->number = score;
    cell->tone = score < tried ? TONE_WARN : TONE_GOOD;
    cell->explained = explain(arena, grade);
    row->cells[5].text = arena_text(arena, when);
}

static void add_lab(struct grid *grid, struct arena *arena, const struct lab *lab)
{
    struct row *row = grid_add_row(arena, grid, "");
    json_t *record = record_read(lab->name);
    const json_t *grade = json_object_get(record, "grade");

    if (row) {
        row->cells[0].text = arena_text(arena, lab->name);
        row->cells[4].text = arena_text(arena, lab_title(lab));
        row->cells[3].text = arena_format(arena, "%u", lab->minutes);
        row->cells[3].has_number = true;
        row->cells[3].number = lab->minutes;
        row->cells[1].text = arena_text(arena, grade    ? _("graded")
                                               : record ? _("started")
                                                        : _("not started"));
        row->cells[2].text = row->cells[5].text = "";
        if (json_is_object(grade))
            add_grade(row, arena, grade, string_at(record, "graded_at"));
    }
    json_decref(record);
}

void page_make_labs(struct page *page, struct arena *arena, const struct sources *sources)
{
    char names[LABS_MAX][LAB_NAME_MAX];
    struct lab_places places;
    struct error error;
    int count = lab_find_places(&places, NULL, &error);

    (void)sources;
    /* Only what students see: hidden tests are no matter of a screen. */
    places.teacher[0] = '\0';
    if (count == 0)
        count = lab_list(&places, names, LABS_MAX, &error);
    grid_add_column(arena, &page->grid, "lab", _("lab"), false);
    grid_add_column(arena, &page->grid, "state", _("state"), false);
    grid_add_column(arena, &page->grid, "score", _("score"), true);
    grid_add_column(arena, &page->grid, "minutes", _("minutes"), true);
    grid_add_column(arena, &page->grid, "title", _("what"), false);
    grid_add_column(arena, &page->grid, "graded_at", _("when (UTC)"), false);
    for (int i = 0; i < count; i++) {
        struct lab *lab;
        if (lab_read(&lab, &places, names[i], &error) == 0)
            add_lab(&page->grid, arena, lab);
        else
            lines_add(&page->notes, arena_text(arena, error.text));
        lab_free(lab);
    }
    if (page->grid.row_count == 0)
        page->empty = count < 0 ? arena_text(arena, error.text)
                                : arena_text(arena, _("This version of virtlab has no labs."));
    lines_add(&page->notes, arena_text(arena, _("'virtlab lab start N' begins a lab; Enter on a "
                                                "score tells what is left to do")));
}
