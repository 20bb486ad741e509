/* SPDX-License-Identifier: MIT */
#include "tests/unit/tui_state.h"

#include "common/width.h"
#include "tui/layout/layout.h"

/* Every row is made of whole characters and is exactly as wide as the frame. */
static void assert_whole(const struct frame *frame)
{
    for (int row = 0; row < frame->rows; row++) {
        for (int column = 0; column < frame->columns;) {
            const struct frame_cell *cell = &frame->cells[row * frame->columns + column];
            int width = width_of(cell->text);
            assert_true(*cell->text && (width == 1 || width == 2));
            assert_true(cell->role < ROLES && cell->box < frame->box_count);
            for (int i = 1; i < width; i++)
                assert_true(column + i < frame->columns && !*cell[i].text);
            column += width;
        }
    }
}

static bool overlap(const struct area *a, const struct area *b)
{
    return a->row < b->row + b->rows && b->row < a->row + a->rows &&
           a->column < b->column + b->columns && b->column < a->column + a->columns;
}

static void assert_apart(const struct frame *frame)
{
    size_t last = frame->popup ? frame->popup : frame->box_count;

    for (size_t i = 1; i < frame->box_count; i++) {
        const struct area *box = &frame->boxes[i];
        assert_true(box->row >= 0 && box->column >= 0 && box->row + box->rows <= frame->rows &&
                    box->column + box->columns <= frame->columns);
        for (size_t j = 1; i < last && j < i; j++)
            assert_false(overlap(box, &frame->boxes[j]));
    }
}

static void nothing_overlaps_in_any_size(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame frame = {0};
    struct view view;

    for (int rows = 5; rows <= 100; rows += rows < 30 ? 1 : 7) {
        for (int columns = 20; columns <= 300; columns += columns < 90 ? 3 : 17) {
            view_start(&view);
            for (view.page = 0; view.page < page_kinds_count; view.page++) {
                view.popup = (enum popup)((rows + columns) % (POPUP_LEAVE + 1));
                view.ratios = rows % 2;
                frame.ascii = columns % 2;
                assert_true(layout_draw(&frame, fixture->state, &view, rows, columns));
                assert_int_equal(frame.rows, rows);
                assert_int_equal(frame.columns, columns);
                assert_whole(&frame);
                assert_apart(&frame);
            }
        }
    }
    frame_free(&frame);
}

static bool shows(const struct frame *frame, const char *text)
{
    char *printed = NULL;
    size_t size;
    FILE *out = open_memstream(&printed, &size);

    frame_print(frame, out);
    fclose(out);
    bool found = strstr(printed, text);
    free(printed);
    return found;
}

static void a_small_terminal_is_told_so(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    assert_true(layout_draw(&frame, fixture->state, &view, 8, 60));
    assert_true(shows(&frame, "too small: 60x8"));
    assert_true(layout_draw(&frame, fixture->state, &view, LAYOUT_ROWS_MIN, LAYOUT_COLUMNS_MIN));
    assert_false(shows(&frame, "too small"));
    frame_free(&frame);
}

static void before_the_first_state_it_says_that_it_reads(void **context)
{
    struct frame frame = {0};
    struct view view;

    (void)context;
    view_start(&view);
    assert_true(layout_draw(&frame, NULL, &view, 24, 80));
    assert_true(shows(&frame, "Reading"));
    frame_free(&frame);
}

static void all_platforms_stand_in_80_columns(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    assert_true(layout_draw(&frame, fixture->state, &view, 24, 80));
    assert_true(shows(&frame, "native") && shows(&frame, "container") && shows(&frame, "skipped"));
    assert_true(shows(&frame, "[1Compare"));
    assert_true(shows(&frame, "F10Quit"));
    /* With ratios, a difference within the noise has its mark. */
    view.ratios = true;
    assert_true(layout_draw(&frame, fixture->state, &view, 24, 80));
    assert_true(shows(&frame, " ~"));
    frame_free(&frame);
}

/* Scrolled to the right, what is native stays beside the names: others are held against it. */
static void native_stays_in_sight(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    view.pages[0].column = fixture->state->pages[0].grid.column_count - 1;
    assert_true(layout_draw(&frame, fixture->state, &view, 20, 46));
    view_settle(&view, fixture->state, &frame);
    assert_true(view.pages[0].column_offset > 2);
    assert_non_null(frame_find_hit(&frame, 4, 24, HIT_COLUMN));
    assert_int_equal(frame_find_hit(&frame, 4, 24, HIT_COLUMN)->index, 1);
    /* The cursor goes back to it, and what was between is there again. */
    view.pages[0].column = 1;
    assert_true(layout_draw(&frame, fixture->state, &view, 20, 46));
    assert_int_equal(frame_find_hit(&frame, 4, 24, HIT_COLUMN)->index, 1);
    frame_free(&frame);
}

static void the_cursor_stays_in_sight(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    view.page = page_find("isolation");
    const struct grid *grid = &fixture->state->pages[view.page].grid;
    for (size_t row = 0; row < grid->row_count; row++) {
        for (size_t column = 1; column < grid->column_count; column++) {
            bool found = false;
            view.pages[view.page].row = row;
            view.pages[view.page].column = column;
            assert_true(layout_draw(&frame, fixture->state, &view, 14, 44));
            view_settle(&view, fixture->state, &frame);
            for (int i = 0; i < frame.rows * frame.columns; i++)
                found |= frame.cells[i].role == ROLE_CELL_HERE;
            assert_true(found);
            assert_true(row >= frame.row_offset && row < frame.row_offset + frame.rows_shown);
        }
    }
    frame_free(&frame);
}

static void a_wide_character_is_never_cut_in_half(void **context)
{
    struct frame frame = {0};

    (void)context;
    assert_true(frame_start(&frame, 3, 10));
    frame_put(&frame, 0, 0, 0, ROLE_TEXT, "가나다라마바");
    assert_whole(&frame);
    frame_put(&frame, 0, 0, 1, ROLE_TEXT, "x"); /* over the second half of the first one */
    assert_string_equal(frame.cells[0].text, " ");
    assert_string_equal(frame.cells[1].text, "x");
    assert_whole(&frame);
    frame_put_left(&frame, 0, 1, 0, 5, ROLE_TEXT, "가나다라"); /* 4 columns and the mark */
    assert_string_equal(frame.cells[10 + 4].text, "…");
    frame_put_right(&frame, 0, 2, 0, 5, ROLE_TEXT, "가");
    assert_string_equal(frame.cells[20 + 3].text, "가");
    size_t box = frame_box(&frame, (struct area){1, 1, 1, 3}, ROLE_TEXT); /* through two of them */
    frame_put(&frame, box, 0, 0, ROLE_TEXT, "가나");
    assert_whole(&frame);
    assert_string_equal(frame.cells[10 + 3].text, " ");
    frame_free(&frame);
}

static void the_same_state_gives_the_same_frame(void **context)
{
    const struct tui_fixture *fixture = *context;
    struct frame one = {0}, two = {0};
    struct view view;

    view_start(&view);
    for (view.page = 0; view.page < page_kinds_count; view.page++) {
        assert_true(layout_draw(&one, fixture->state, &view, 43, 132));
        assert_true(layout_draw(&two, fixture->state, &view, 43, 132));
        assert_memory_equal(one.cells, two.cells, 43 * 132 * sizeof *one.cells);
    }
    frame_free(&one);
    frame_free(&two);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, tui_setup, tui_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(nothing_overlaps_in_any_size),
        WITH_FIXTURE(a_small_terminal_is_told_so),
        cmocka_unit_test(before_the_first_state_it_says_that_it_reads),
        WITH_FIXTURE(all_platforms_stand_in_80_columns),
        WITH_FIXTURE(native_stays_in_sight),
        WITH_FIXTURE(the_cursor_stays_in_sight),
        cmocka_unit_test(a_wide_character_is_never_cut_in_half),
        WITH_FIXTURE(the_same_state_gives_the_same_frame),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
