/* SPDX-License-Identifier: MIT */
/* The labs with their last grades; Enter shows what is asked, which tests failed, and what to do.
 */
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

/* The tests of the last grade that are not passed, and what to do about each. */
static void explain_grade(struct lines *lines, struct arena *arena, const json_t *grade)
{
    const json_t *tests = json_object_get(grade, "tests");
    size_t failed = 0;

    for (size_t i = 0; i < json_array_size(tests); i++) {
        const json_t *test = json_array_get(tests, i);
        if (strcmp(string_at(test, "outcome"), "ok") == 0)
            continue;
        failed++;
        lines_add(lines, arena_format(arena, _("not passed: %s: %s"), string_at(test, "test"),
                                      string_at(test, "title")));
        if (strcmp(string_at(test, "outcome"), "fail") == 0)
            lines_add(lines, arena_format(arena, _("  do this: %s"), string_at(test, "advice")));
        else
            lines_add(lines, arena_format(arena, _("  not tried: %s"), string_at(test, "reason")));
    }
    if (failed == 0)
        lines_add(lines, arena_text(arena, _("All tests that were made are passed.")));
}

/* What the lab asks for, how far it is, and the next thing to do. */
static const struct lines *explain(struct arena *arena, const struct lab *lab, const json_t *record)
{
    struct lines *lines = arena_take(arena, sizeof *lines);
    const json_t *grade = json_object_get(record, "grade");
    const char *folder = string_at(record, "folder");

    if (!lines)
        return NULL;
    lines_add(lines, arena_format(arena, "%s – %s", lab->name, lab_title(lab)));
    lines_add(lines, arena_format(arena,
                                  lab->program
                                      ? _("Asked: a program, in %u steps, about %u minutes; tests "
                                          "build and run it in a container, for %u points.")
                                      : _("Asked: answers about your own measurements, in %u "
                                          "steps, about %u minutes, for %u points."),
                                  lab->steps, lab->minutes, lab->points));
    if (!record) {
        lines_add(lines, arena_format(arena,
                                      _("Not started: `virtlab lab start %s` makes a folder of "
                                        "your own, with a README.md that leads you through."),
                                      lab->name));
        return lines;
    }
    if (*folder)
        lines_add(lines, arena_format(arena, _("Your folder: %s; its README.md leads you through."),
                                      folder));
    if (!json_is_object(grade)) {
        lines_add(lines,
                  arena_format(arena,
                               _("Started, not graded: `virtlab lab check %s` tests what you "
                                 "have, `virtlab lab grade %s` gives points."),
                               lab->name, lab->name));
        return lines;
    }
    lines_add(lines, arena_format(arena,
                                  _("Graded %s (UTC): %lld of the %lld points that could be "
                                    "tried here."),
                                  string_at(record, "graded_at"),
                                  (long long)json_integer_value(json_object_get(grade, "score")),
                                  (long long)json_integer_value(json_object_get(grade, "tried"))));
    explain_grade(lines, arena, grade);
    return lines;
}

static void add_grade(struct cell *cell, struct arena *arena, const json_t *grade)
{
    const struct record_score score = record_score(grade);

    cell->text = arena_format(arena, "%lld/%lld", (long long)score.gained, (long long)score.total);
    cell->has_number = true;
    cell->number = (double)score.gained;
    cell->tone = score.gained < score.total - score.untried ? TONE_WARN : TONE_GOOD;
}

static void add_lab(struct grid *grid, struct arena *arena, const struct lab *lab)
{
    struct row *row = grid_add_row(arena, grid, "");
    json_t *record = record_read(lab->name);
    const json_t *grade = json_object_get(record, "grade");
    const struct lines *lines = explain(arena, lab, record);

    if (row) {
        for (size_t i = 0; i < grid->column_count; i++)
            row->cells[i].explained = lines;
        row->cells[0].text = arena_text(arena, lab->name);
        row->cells[1].text = arena_text(arena, grade    ? _("graded")
                                               : record ? _("started")
                                                        : _("not started"));
        if (json_is_object(grade))
            add_grade(&row->cells[2], arena, grade);
        row->cells[3].text = arena_format(arena, "%u", lab->minutes);
        row->cells[3].has_number = true;
        row->cells[3].number = lab->minutes;
        row->cells[4].text = arena_text(arena, lab_title(lab));
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
    lines_add(&page->notes, arena_text(arena, _("Enter tells what a lab asks for, how far you "
                                                "are, and what to do next")));
}
