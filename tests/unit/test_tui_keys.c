/* SPDX-License-Identifier: MIT */
#include "tests/unit/tui_state.h"

#include "tui/layout/layout.h"

static struct request strike(struct view *view, const struct state *state, int key)
{
    struct request request;

    view_key(view, state, key, &request);
    return request;
}

static struct request type(struct view *view, const struct state *state, const char *text)
{
    struct request request = {ACTION_NONE, ""};

    for (; *text; text++)
        request = strike(view, state, (unsigned char)*text);
    return request;
}

static void keys_move_the_cursor(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct view view;

    view_start(&view);
    type(&view, state, "jjl");
    assert_int_equal(view.pages[0].row, 2);
    assert_int_equal(view.pages[0].column, 2);
    type(&view, state, "hk"); /* there is something at the left: h moves there */
    assert_int_equal(view.pages[0].column, 1);
    assert_int_equal(view.popup, POPUP_NONE);
    assert_int_equal(view.pages[0].row, 1);
    type(&view, state, "h"); /* and here there is not */
    assert_int_equal(view.popup, POPUP_HELP);
    strike(&view, state, KEY_ESCAPE);
    type(&view, state, "G");
    assert_int_equal(view.pages[0].row, state->pages[0].grid.row_count - 1);
    strike(&view, state, KEY_ARROW_DOWN);
    assert_int_equal(view.pages[0].row, state->pages[0].grid.row_count - 1);
    strike(&view, state, KEY_TABULATOR);
    assert_int_equal(view.page, 1);
    strike(&view, state, KEY_BACK_TAB);
    strike(&view, state, KEY_BACK_TAB);
    assert_int_equal(view.page, page_kinds_count - 1);
    type(&view, state, "3");
    assert_int_equal(view.page, 2);
}

static void a_filter_shows_what_it_names(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    size_t order[VIEW_ROWS_MAX];
    struct view view;

    view_start(&view);
    strike(&view, state, KEY_FUNCTION + 4);
    type(&view, state, "START to");
    assert_int_equal(view_rows(&view, state, order), 2);
    strike(&view, state, KEY_RETURN);
    assert_int_equal(view.prompt, PROMPT_NONE);
    assert_int_equal(view_rows(&view, state, order), 2);
    strike(&view, state, KEY_ESCAPE);
    assert_int_equal(view_rows(&view, state, order), state->pages[0].grid.row_count);
    type(&view, state, ":filter copy\n");
    assert_int_equal(view_rows(&view, state, order), 2);
    type(&view, state, ":filter\n"); /* an empty one shows all */
    assert_int_equal(view.prompt, PROMPT_NONE);
    assert_int_equal(view_rows(&view, state, order), state->pages[0].grid.row_count);
}

static void a_search_goes_to_the_row(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct view view;

    view_start(&view);
    type(&view, state, "3/mount\n");
    assert_string_equal(view_row(&view, state)->cells[0].text, "mount a file system");
    type(&view, state, "/process\n");
    const struct row *first = view_row(&view, state);
    type(&view, state, "n");
    assert_ptr_not_equal(view_row(&view, state), first);
    type(&view, state, "/nothing like that\n");
    assert_non_null(strstr(view.message, "nothing like that"));
}

/* As in htop: the cursor moves while the text is typed. */
static void a_search_is_made_while_it_is_typed(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct frame frame = {0};
    struct view view;
    size_t found = 0;

    view_start(&view);
    type(&view, state, "3jj/process");
    assert_int_equal(view.prompt, PROMPT_SEARCH);
    const struct row *first = view_row(&view, state);
    assert_non_null(strstr(first->cells[0].text, "process"));
    strike(&view, state, KEY_FUNCTION + 3);
    assert_ptr_not_equal(view_row(&view, state), first);
    assert_int_equal(view.prompt, PROMPT_SEARCH);
    assert_true(layout_draw(&frame, state, &view, 24, 80));
    for (int i = 0; i < frame.rows * frame.columns; i++)
        found += frame.cells[i].role == ROLE_FOUND;
    assert_true(found >= strlen("process"));
    frame_free(&frame);
    strike(&view, state, KEY_ESCAPE);
    assert_int_equal(view.pages[view.page].row, 2);
    assert_string_equal(view.search, "");
    type(&view, state, "/nothing like that");
    assert_int_equal(view.pages[view.page].row, 2);
    for (size_t i = strlen("nothing like that"); i > 0; i--)
        strike(&view, state, KEY_DELETE_BACK);
    type(&view, state, "process\n");
    assert_string_equal(view.message, "");
    assert_ptr_equal(view_row(&view, state), first);
}

static void sorting_goes_up_down_and_away(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    const struct grid *grid = &state->pages[0].grid;
    size_t order[VIEW_ROWS_MAX];
    struct view view;

    view_start(&view);
    for (int round = 0; round < 2; round++) {
        type(&view, state, "s");
        size_t count = view_rows(&view, state, order);
        for (size_t i = 1; i < count; i++) {
            const struct cell *a = &grid->rows[order[i - 1]]->cells[1];
            const struct cell *b = &grid->rows[order[i]]->cells[1];
            assert_true(a->has_number >= b->has_number);
            if (a->has_number && b->has_number)
                assert_true(round == 0 ? a->number <= b->number : a->number >= b->number);
        }
    }
    type(&view, state, "s");
    view_rows(&view, state, order);
    for (size_t i = 0; i < grid->row_count; i++)
        assert_int_equal(order[i], i);
}

static void commands_do_what_keys_do(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct view view;
    char line[64];

    view_start(&view);
    type(&view, state, ":screen isol\n");
    assert_int_equal(view.page, page_find("isolation"));
    type(&view, state, ":scr 1\n");
    assert_int_equal(view.page, 0);
    struct request request = type(&view, state, ":run startup --quick\n");
    assert_int_equal(request.action, ACTION_RUN);
    assert_string_equal(request.argument, "startup --quick");
    assert_int_equal(type(&view, state, ":quit\n").action, ACTION_QUIT);
    assert_int_equal(type(&view, state, "q").action, ACTION_QUIT);
    assert_int_equal(type(&view, state, ":nonsense\n").action, ACTION_NONE);
    assert_non_null(strstr(view.message, "nonsense"));
    /* F5 proposes what the screen is about. */
    type(&view, state, "2r");
    assert_int_equal(view.prompt, PROMPT_COMMAND);
    assert_string_equal(view.input, "run startup --quick");
    strike(&view, state, KEY_ESCAPE);
    /* Every action with a name is found by it. */
    for (size_t i = 0; i < bindings_count; i++)
        if (bindings[i].command)
            assert_ptr_equal(binding_of_command(bindings[i].command, strlen(bindings[i].command)),
                             &bindings[i]);
    assert_true(binding_complete("scr", 0, line, sizeof line));
    assert_string_equal(line, "screen ");
    assert_true(binding_complete("screen cl", 0, line, sizeof line));
    assert_string_equal(line, "screen claims");
    assert_false(binding_complete("screen cl", 1, line, sizeof line));
    type(&view, state, ":theme l\t");
    assert_string_equal(view.input, "theme light");
    type(&view, state, "\n");
}

static void no_key_does_two_things(void **context)
{
    (void)context;
    for (size_t i = 0; i < bindings_count; i++)
        for (size_t j = 0; j < BINDING_KEYS_MAX; j++)
            if (bindings[i].keys[j])
                assert_ptr_equal(binding_of_key(bindings[i].keys[j]), &bindings[i]);
}

static void leaving_asks_about_the_run(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct view view;

    view_start(&view);
    view.popup = POPUP_LEAVE;
    assert_int_equal(type(&view, state, "z").action, ACTION_NONE);
    assert_int_equal(view.popup, POPUP_LEAVE); /* that was no answer */
    strike(&view, state, KEY_ESCAPE);
    assert_int_equal(view.popup, POPUP_NONE);
    view.popup = POPUP_LEAVE;
    assert_int_equal(type(&view, state, "y").action, ACTION_LEAVE_STOPPED);
    view.popup = POPUP_LEAVE;
    assert_int_equal(type(&view, state, "n").action, ACTION_LEAVE_RUNNING);
}

static void a_popup_swallows_no_key(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct view view;

    view_start(&view);
    type(&view, state, "\n");
    assert_int_equal(view.popup, POPUP_EXPLAIN);
    type(&view, state, "3");
    assert_int_equal(view.page, 2);
    assert_int_equal(view.popup, POPUP_NONE);
    type(&view, state, "\n?");
    assert_int_equal(view.popup, POPUP_HELP);
    type(&view, state, "?");
    assert_int_equal(view.popup, POPUP_NONE);
    type(&view, state, "\n/");
    assert_int_equal(view.prompt, PROMPT_SEARCH);
    strike(&view, state, KEY_ESCAPE);
}

static void a_page_is_what_is_seen(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct frame frame = {0};
    struct view view;

    view_start(&view);
    view.page = page_find("isolation");
    assert_true(layout_draw(&frame, state, &view, 14, 80));
    view_settle(&view, state, &frame);
    assert_true(frame.rows_shown > 2 && frame.rows_shown < 10);
    strike(&view, state, KEY_PAGE_DOWN);
    assert_int_equal(view.pages[view.page].row, frame.rows_shown - 1);
    strike(&view, state, KEY_PAGE_UP);
    assert_int_equal(view.pages[view.page].row, 0);
    frame_free(&frame);
}

static void what_is_cut_off_can_be_gone_to(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct frame frame = {0};
    struct view view;
    char output[121];

    view_start(&view);
    memset(output, '-', sizeof output - 2);
    strcpy(output + sizeof output - 2, "Z");
    view.output = output;
    view.popup = POPUP_OUTPUT;
    for (int i = 0; i < 9; i++) {
        assert_true(layout_draw(&frame, state, &view, 24, 80));
        view_settle(&view, state, &frame);
        strike(&view, state, KEY_ARROW_RIGHT);
    }
    /* 120 columns stand in 72. */
    assert_true(layout_draw(&frame, state, &view, 24, 80));
    view_settle(&view, state, &frame);
    assert_int_equal(view.popup_column, 48);
    for (int i = 0; i < 9; i++)
        strike(&view, state, 'h');
    assert_int_equal(view.popup_column, 0);
    assert_int_equal(view.popup, POPUP_OUTPUT);
    frame_free(&frame);
}

static void clicks_mean_what_is_there(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct frame frame = {0};
    struct request request;
    struct view view;

    view_start(&view);
    assert_true(layout_draw(&frame, state, &view, 24, 80));
    for (size_t i = 0; i < frame.hit_count; i++) {
        if (frame.hits[i].kind != HIT_ROW || frame.hits[i].index != 3)
            continue;
        view_click(&view, state, &frame, frame.hits[i].box.row, 40, &request);
        assert_int_equal(view.pages[0].row, 3);
        view_click(&view, state, &frame, frame.hits[i].box.row, 40, &request);
        assert_int_equal(view.popup, POPUP_EXPLAIN);
    }
    view.popup = POPUP_NONE;
    view_click(&view, state, &frame, 1, 12, &request);
    assert_int_equal(view.page, 1);
    view_click(&view, state, &frame, 23, 79 - 5, &request);
    assert_int_equal(request.action, ACTION_QUIT);
    frame_free(&frame);
}

/* Any keys whatever leave a view that can be drawn. */
static void any_keys_are_survived(void **context)
{
    const struct state *state = ((struct tui_fixture *)*context)->state;
    struct frame frame = {0};
    struct random random;
    struct view view;

    random_seed(&random, 7);
    view_start(&view);
    for (int i = 0; i < 20000; i++) {
        int key = (int)random_below(&random, 4)
                      ? (int)random_below(&random, 128)
                      : KEY_ABOVE_CHARACTERS + (int)random_below(&random, 30);
        if (random_below(&random, 50) == 0)
            key = (int)random_below(&random, 0x120000);
        strike(&view, state, key);
        assert_true(view.page < page_kinds_count);
        assert_true(view.pages[view.page].row <= state->pages[view.page].grid.row_count);
        assert_true(strlen(view.input) < sizeof view.input);
        if (i % 40 == 0) {
            assert_true(layout_draw(&frame, state, &view, 12 + i % 31, 40 + i % 97));
            view_settle(&view, state, &frame);
        }
    }
    frame_free(&frame);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, tui_setup, tui_teardown)
int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(keys_move_the_cursor),
        WITH_FIXTURE(a_filter_shows_what_it_names),
        WITH_FIXTURE(a_search_goes_to_the_row),
        WITH_FIXTURE(a_search_is_made_while_it_is_typed),
        WITH_FIXTURE(sorting_goes_up_down_and_away),
        WITH_FIXTURE(commands_do_what_keys_do),
        cmocka_unit_test(no_key_does_two_things),
        WITH_FIXTURE(leaving_asks_about_the_run),
        WITH_FIXTURE(a_popup_swallows_no_key),
        WITH_FIXTURE(a_page_is_what_is_seen),
        WITH_FIXTURE(what_is_cut_off_can_be_gone_to),
        WITH_FIXTURE(clicks_mean_what_is_there),
        WITH_FIXTURE(any_keys_are_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
