/* SPDX-License-Identifier: MIT */
#include "tui/layout/view.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/i18n.h"
#include "common/text.h"
#include "tui/model/pages.h"

void view_start(struct view *view)
{
    *view = (struct view){
        .run = {.state = RUN_NONE, .left_s = -1},
          .speed = 1
    };
    for (size_t i = 0; i < PAGES_MAX; i++)
        view->pages[i].column = 1;
}

void view_say(struct view *view, const char *format, ...)
{
    char text[VIEW_TEXT_MAX];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    char *clean = text_clean(text);
    snprintf(view->message, sizeof view->message, "%s", clean ? clean : "");
    free(clean);
}

static struct page_view *here(struct view *view)
{
    return &view->pages[view->page];
}

static const struct grid *grid_of(const struct view *view, const struct state *state)
{
    return &state->pages[view->page].grid;
}

void view_settle(struct view *view, const struct state *state, const struct frame *frame)
{
    size_t order[VIEW_ROWS_MAX], count = view_rows(view, state, order);
    size_t columns = grid_of(view, state)->column_count;
    struct page_view *page = here(view);

    if (page->row >= count)
        page->row = count > 0 ? count - 1 : 0;
    if (page->column >= columns)
        page->column = columns > 1 ? columns - 1 : 1;
    if (!page->moved && state->pages[view->page].telling < count)
        page->row = state->pages[view->page].telling;
    if (frame) {
        view->rows_shown = frame->rows_shown;
        view->popup_shown = frame->popup_shown;
        page->row_offset = frame->row_offset;
        page->column_offset = frame->column_offset;
        size_t hidden =
            frame->popup_lines > frame->popup_shown ? frame->popup_lines - frame->popup_shown : 0;
        if (view->popup_scroll > hidden)
            view->popup_scroll = hidden;
        if (view->popup_column > frame->popup_hidden)
            view->popup_column = frame->popup_hidden;
    }
}

static void go_to_page(struct view *view, size_t page)
{
    if (page < page_kinds_count) {
        view->page = page;
        view->popup = POPUP_NONE;
    }
}

/* "3", "isolation" or the start of it. */
static void go_to_screen(struct view *view, const char *name)
{
    uint64_t number;

    if (text_parse_u64(name, 1, page_kinds_count, &number)) {
        go_to_page(view, number - 1);
        return;
    }
    for (size_t i = 0; *name && i < page_kinds_count; i++) {
        if (strncmp(page_kinds[i].name, name, strlen(name)) == 0) {
            go_to_page(view, i);
            return;
        }
    }
    view_say(view, _("there is no screen '%.40s'"), name);
}

static void search(struct view *view, const struct state *state, bool from_next)
{
    size_t order[VIEW_ROWS_MAX], count = view_rows(view, state, order);
    struct page_view *page = here(view);

    for (size_t i = 0; i < count && *view->search; i++) {
        size_t place = (page->row + i + from_next) % count;
        if (view_row_has(grid_of(view, state), grid_of(view, state)->rows[order[place]],
                         view->search)) {
            page->row = place;
            page->moved = true;
            return;
        }
    }
    if (*view->search)
        view_say(view, _("no row has '%.80s'"), view->search);
}

static void sort(struct view *view, const struct state *state)
{
    struct page_view *page = here(view);
    size_t column = page->column + 1;
    const struct grid *grid = grid_of(view, state);

    if (page->column >= grid->column_count)
        return;
    if (page->sort != column) {
        page->sort = column;
        page->descending = false;
    } else if (!page->descending) {
        page->descending = true;
    } else {
        page->sort = 0;
    }
    const char *title = grid->columns[page->column].title;
    if (page->sort == 0)
        view_say(view, "%s", _("in their own order"));
    else
        view_say(view,
                 page->descending ? _("sorted by %.*s, the largest first")
                                  : _("sorted by %.*s, the smallest first"),
                 (int)strcspn(title, "\n"), title);
}

static void open_prompt(struct view *view, enum prompt prompt, const char *text)
{
    view->prompt = prompt;
    view->completion = 0;
    view->message[0] = '\0';
    view->search_from = here(view)->row;
    snprintf(view->input, sizeof view->input, "%s", text);
}

static void act_move(struct view *view, const struct state *state, enum action action)
{
    size_t order[VIEW_ROWS_MAX];

    view_move(view, action, view_rows(view, state, order), grid_of(view, state)->column_count);
}

static void mark(struct view *view, const struct state *state)
{
    const struct row *row = view_row(view, state);
    const char *name = row && row->value ? row->value : "";

    if (strcmp(page_kinds[view->page].name, "results") != 0 || !*name ||
        strlen(name) >= VIEW_TEXT_MAX)
        return;
    for (int i = 0; i < 2; i++) {
        if (strcmp(view->marks[i], name) == 0) {
            view->marks[i][0] = '\0';
            return;
        }
    }
    if (*view->marks[0] && *view->marks[1])
        memcpy(view->marks[0], view->marks[1], VIEW_TEXT_MAX);
    snprintf(view->marks[*view->marks[0] ? 1 : 0], VIEW_TEXT_MAX, "%s", name);
}

static void enter(struct view *view, const struct state *state, struct request *request)
{
    const struct row *row = view_row(view, state);
    const struct cell *cell = view_cell(view, state);

    if (strcmp(page_kinds[view->page].name, "results") == 0 && row && row->value) {
        request->action = ACTION_OPEN; /* the row's value is the folder */
    } else if (cell) {
        view->popup = POPUP_EXPLAIN;
        view->popup_scroll = view->popup_column = 0;
    }
}

static void act_inside(struct view *view, const struct state *state, enum action action,
                       const char *argument, struct request *request)
{
    switch (action) {
    case ACTION_NEXT_SCREEN:
        go_to_page(view, (view->page + 1) % page_kinds_count);
        break;
    case ACTION_PREVIOUS_SCREEN:
        go_to_page(view, (view->page + page_kinds_count - 1) % page_kinds_count);
        break;
    case ACTION_SCREEN:
        go_to_screen(view, argument);
        break;
    case ACTION_ENTER:
        enter(view, state, request);
        break;
    case ACTION_HELP:
        view->popup = POPUP_HELP;
        view->popup_scroll = view->popup_column = 0;
        break;
    case ACTION_SEARCH:
        if (!*argument) {
            open_prompt(view, PROMPT_SEARCH, "");
            break;
        }
        snprintf(view->search, sizeof view->search, "%s", argument);
        search(view, state, false);
        break;
    case ACTION_SEARCH_NEXT:
        search(view, state, true);
        break;
    case ACTION_FILTER:
        if (!*argument)
            open_prompt(view, PROMPT_FILTER, here(view)->filter);
        else
            snprintf(here(view)->filter, VIEW_TEXT_MAX, "%s", argument);
        break;
    case ACTION_SORT:
        sort(view, state);
        break;
    case ACTION_RATIOS:
        view->ratios = !view->ratios;
        view_say(view, "%s",
                 view->ratios
                     ? _("times what a native process needs; ~ is no difference, ? is undecided")
                     : _("values"));
        break;
    case ACTION_COMMAND:
        open_prompt(view, PROMPT_COMMAND, "");
        break;
    default:
        act_move(view, state, action);
    }
}

static void act(struct view *view, const struct state *state, enum action action,
                const char *argument, struct request *request)
{
    if (view_neighbours_act(view, action, request))
        return;
    if (action == ACTION_MARK) {
        mark(view, state);
    } else if (action == ACTION_RUN && !*argument) {
        char line[VIEW_TEXT_MAX];
        const char *run = page_kinds[view->page].run;
        if (page_kinds[view->page].command)
            snprintf(line, sizeof line, "%s", page_kinds[view->page].command);
        else
            snprintf(line, sizeof line, "run %s", run ? run : "all --quick");
        open_prompt(view, PROMPT_COMMAND, line);
    } else if (action >= ACTION_OUTSIDE || action == ACTION_REDRAW) {
        request->action = action;
        snprintf(request->argument, sizeof request->argument, "%s", argument);
    } else {
        act_inside(view, state, action, argument, request);
    }
}

void view_command(struct view *view, const struct state *state, const char *line,
                  struct request *request)
{
    request->action = ACTION_NONE;
    line += strspn(line, " ");
    size_t length = strcspn(line, " ");
    const char *argument = line + length + strspn(line + length, " ");
    const struct binding *binding = binding_of_command(line, length);

    if (binding && binding->action == ACTION_FILTER && !*argument)
        here(view)->filter[0] = '\0';
    else if (binding)
        act(view, state, binding->action, argument, request);
    else if (length > 0)
        view_say(view, _("there is no command '%.*s'; Tab shows what there is"), (int)length, line);
}

static void finish_prompt(struct view *view, const struct state *state, struct request *request)
{
    char line[VIEW_TEXT_MAX];
    enum prompt prompt = view->prompt;

    memcpy(line, view->input, sizeof line);
    view->prompt = PROMPT_NONE;
    if (prompt == PROMPT_COMMAND) {
        view_command(view, state, line, request);
    } else if (prompt == PROMPT_SEARCH) {
        memcpy(view->search, line, sizeof view->search);
        if (!*view->message) /* else no row has it; and what F3 has gone on to stays */
            return;
        search(view, state, false);
    }
}

/* The row is found while its text is typed; Escape goes back to where it was begun. */
static void search_key(struct view *view, const struct state *state, int key)
{
    view->message[0] = '\0';
    if (key == KEY_FUNCTION + 3) {
        search(view, state, true);
        return;
    }
    here(view)->row = view->search_from;
    memcpy(view->search, view->prompt == PROMPT_NONE ? "" : view->input,
           view->prompt == PROMPT_NONE ? 1 : sizeof view->search);
    search(view, state, false);
}

static void prompt_key(struct view *view, const struct state *state, int key,
                       struct request *request)
{
    bool searches = view->prompt == PROMPT_SEARCH;

    if (key == KEY_RETURN)
        finish_prompt(view, state, request);
    else if (key == KEY_ESCAPE || (key == KEY_DELETE_BACK && !*view->input))
        view->prompt = PROMPT_NONE;
    else
        view_type(view, key);
    if (searches && key != KEY_RETURN)
        search_key(view, state, key);
    /* A filter shows at once what it does; Escape takes it away again. */
    if (view->prompt == PROMPT_FILTER || (key == KEY_ESCAPE && *here(view)->filter))
        memcpy(here(view)->filter, key == KEY_ESCAPE ? "" : view->input,
               key == KEY_ESCAPE ? 1 : VIEW_TEXT_MAX);
}

/*
 * What a key does here. `h` is left where there is a left, as in vi, and help where there is none.
 * A record of exits that is held has the keys that move: the moment goes, not the cursor.
 */
static enum action action_of_key(struct view *view, const struct state *state, int key)
{
    const struct binding *binding = binding_of_key(key);
    const struct moment *moment = state->pages[view->page].moment;
    bool held = moment && moment->held && view->popup == POPUP_NONE;
    bool left = held || (view_neighbours_shown(view) && view->neighbour > 0) ||
                view->popup == POPUP_EXPLAIN || view->popup == POPUP_OUTPUT ||
                (view->popup == POPUP_NONE && here(view)->column > 1);
    enum action action = key == 'h' && left ? ACTION_LEFT : binding ? binding->action : ACTION_NONE;

    if (!held)
        return action;
    switch (action) {
    case ACTION_UP:
    case ACTION_LEFT:
        return ACTION_STEP_BACK;
    case ACTION_DOWN:
    case ACTION_RIGHT:
        return ACTION_STEP_ON;
    case ACTION_PAGE_UP:
        return ACTION_LEAP_BACK;
    case ACTION_PAGE_DOWN:
        return ACTION_LEAP_ON;
    case ACTION_TOP:
        return ACTION_TO_START;
    case ACTION_END:
        return ACTION_TO_END;
    default:
        return action;
    }
}

static void popup_key(struct view *view, const struct state *state, int key,
                      struct request *request)
{
    enum action action = action_of_key(view, state, key);

    if (view->popup == POPUP_LEAVE) {
        if (key == 'y' || key == 'Y')
            request->action = ACTION_LEAVE_STOPPED;
        else if (key == 'n' || key == 'N')
            request->action = ACTION_LEAVE_RUNNING;
        else if (key != KEY_ESCAPE)
            return; /* it waits for an answer */
        view->popup = POPUP_NONE;
    } else if (key == KEY_ESCAPE || key == KEY_RETURN || key == 'q' ||
               (action == ACTION_HELP && view->popup == POPUP_HELP)) {
        view->popup = POPUP_NONE;
    } else if (key >= '1' && key <= '9') {
        go_to_page(view, (size_t)(key - '1')); /* which closes it */
    } else if (action >= ACTION_UP && action <= ACTION_END) {
        if (view->popup == POPUP_EXPLAIN && (action == ACTION_LEFT || action == ACTION_RIGHT ||
                                             action == ACTION_UP || action == ACTION_DOWN))
            act_move(view, state, action); /* the next cell is explained */
        else
            view_scroll(view, action);
    } else if (action != ACTION_NONE) {
        view->popup = POPUP_NONE;
        act(view, state, action, "", request);
    }
}

void view_key(struct view *view, const struct state *state, int key, struct request *request)
{
    enum action action = action_of_key(view, state, key);

    *request = (struct request){ACTION_NONE, ""};
    if (view->prompt != PROMPT_NONE) {
        prompt_key(view, state, key, request);
    } else if (view->popup != POPUP_NONE) {
        popup_key(view, state, key, request);
    } else if (key >= '1' && key <= '9') {
        view->message[0] = '\0';
        go_to_page(view, (size_t)(key - '1'));
    } else if (key == KEY_ESCAPE) {
        view->message[0] = view->search[0] = here(view)->filter[0] = '\0';
    } else if (action != ACTION_NONE) {
        view->message[0] = '\0';
        act(view, state, action, "", request);
    }
    view_settle(view, state, NULL);
}

void view_click(struct view *view, const struct state *state, const struct frame *frame, int row,
                int column, struct request *request)
{
    const struct hit *tab = frame_find_hit(frame, row, column, HIT_TAB);
    const struct hit *key = frame_find_hit(frame, row, column, HIT_KEY);
    const struct hit *line = frame_find_hit(frame, row, column, HIT_ROW);
    const struct hit *head = frame_find_hit(frame, row, column, HIT_COLUMN);
    const struct hit *box = frame_find_hit(frame, row, column, HIT_SWITCH);
    struct page_view *page = here(view);

    *request = (struct request){ACTION_NONE, ""};
    if (key) {
        view_key(view, state, bindings[key->index].keys[0], request);
    } else if (view->popup != POPUP_NONE && view->popup != POPUP_LEAVE) {
        view->popup = POPUP_NONE;
    } else if (view->popup == POPUP_NONE && tab) {
        go_to_page(view, tab->index);
    } else if (view->popup == POPUP_NONE && box && view_neighbours_shown(view)) {
        view->neighbour = box->index;
        request->action = ACTION_TICK;
    } else if (view->popup == POPUP_NONE && line) {
        /* A second click on the same cell is Enter. */
        bool same = page->row == line->index && (!head || page->column == head->index);
        page->row = line->index;
        page->moved = true;
        if (head && head->index > 0)
            page->column = head->index;
        if (same)
            enter(view, state, request);
    } else if (view->popup == POPUP_NONE && head && head->index > 0) {
        page->column = head->index;
        sort(view, state);
    }
    view_settle(view, state, NULL);
}
