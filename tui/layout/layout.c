/* SPDX-License-Identifier: MIT */
#include "tui/layout/layout.h"

#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "common/width.h"
#include "tui/layout/parts.h"
#include "tui/model/pages.h"

#define NOISE_LARGE 0.2

enum {
    HEAD_ROWS = 3, /* title, screens, machine or progress */
    FOOT_ROWS = 2, /* message or prompt, keys */
    WIDE = 120,    /* from here on a chart may stand beside another with room to spare */
    BARS_ROWS_MAX = 12,
    SPARE_ROWS_MIN = 5,
    RECORD_ROWS_MIN = 9,
};

static void draw_title(struct frame *frame, const struct state *state, const struct view *view)
{
    size_t box = frame_box(frame, (struct area){0, 0, 1, frame->columns}, ROLE_TITLE);
    char right[128] = "", left[512];

    if (!state) {
        frame_put(frame, box, 0, 1, ROLE_TITLE, "virtlab");
        return;
    }
    if (view->replay)
        snprintf(right, sizeof right, _("%zu of %zu samples"), state->shown, state->samples);
    else if (state->samples > 0)
        snprintf(right, sizeof right, _("%zu samples"), state->samples);
    size_t used = strlen(right);
    if (state->noise >= 0)
        snprintf(right + used, sizeof right - used, _(", noise up to %.1f %%"), 100 * state->noise);
    used = strlen(right);
    if (state->noise >= NOISE_LARGE) /* it hides differences that people look for */
        snprintf(right + used, sizeof right - used, " !");
    snprintf(left, sizeof left, "virtlab  %s", *state->run ? state->run : state->folder);
    int width = width_of(right);
    frame_put_left(frame, box, 0, 1, frame->columns - width - 4, ROLE_TITLE, left);
    frame_put(frame, box, 0, frame->columns - width - 1, ROLE_TITLE, right);
}

/* How wide the screens' names are with so many of their columns; 0: all. */
static int tabs_width(int name, int gap)
{
    int width = 1;

    for (size_t i = 0; i < page_kinds_count; i++) {
        int whole = width_of(_(page_kinds[i].title));
        width += 2 + gap + (name && name < whole ? name : whole);
    }
    return width;
}

static void draw_tabs(struct frame *frame, const struct view *view)
{
    size_t box = frame_box(frame, (struct area){1, 0, 1, frame->columns}, ROLE_TAB);
    int name = 0, at = 0, gap = tabs_width(0, 1) > frame->columns ? 0 : 1;
    char text[128];

    /* Where they do not fit, names are cut short, but never that of the screen shown. */
    for (int i = 12; tabs_width(name, gap) > frame->columns && i > 1; i--)
        name = i;
    for (size_t i = 0; i < page_kinds_count; i++) {
        bool active = i == view->page;
        const char *title = _(page_kinds[i].title);
        int whole = width_of(title), width = name && name < whole && !active ? name : whole;
        enum role role = active ? ROLE_TAB_HERE : ROLE_TAB;
        snprintf(text, sizeof text, "%zu%s", i + 1, gap ? " " : "");
        int start = at;
        bool behind = i > 0 && i - 1 == view->page;
        frame_put(frame, box, 0, at++, behind ? ROLE_TAB_HERE : role,
                  active   ? "["
                  : behind ? "]"
                           : " ");
        at += frame_put(frame, box, 0, at, role, text);
        frame_put_left(frame, box, 0, at, width < frame->columns - at ? width : frame->columns - at,
                       role, title);
        at += width;
        if (active)
            frame_put(frame, box, 0, at, role, "]");
        frame_hit(frame, box, (struct area){0, start, 1, at - start}, HIT_TAB, i);
    }
}

static void draw_progress(struct frame *frame, size_t box, const struct run_progress *run)
{
    char text[160], left[48] = "";
    int width = frame->columns > 100 ? 40 : 20;

    if (run->left_s >= 0)
        snprintf(left, sizeof left, _(", %lld:%02lld left"), (long long)(run->left_s / 60),
                 (long long)(run->left_s % 60));
    snprintf(text, sizeof text, "%s %s  %3.0f %%%s",
             run->state == RUN_PAUSED ? _("paused:") : _("running:"), run->what, run->percent,
             left);
    int full = (int)(run->percent / 100 * width);
    frame_put(frame, box, 0, 0, ROLE_AXIS, "[");
    frame_repeat(frame, box, 0, 1, full, ROLE_SERIES, frame->ascii ? "#" : "█");
    frame_put(frame, box, 0, width + 1, ROLE_AXIS, "]");
    frame_put_left(frame, box, 0, width + 3, frame->columns - width - 3,
                   run->state == RUN_PAUSED ? ROLE_WARN : ROLE_TEXT, text);
}

/* How long neighbours are live, and what is beside the victims: on every screen. */
static void draw_live(struct frame *frame, size_t box, const struct neighbours *neighbours)
{
    char text[400];
    int64_t now_s = neighbours->now_ms / 1000, ends_s = neighbours->ends_ms / 1000;
    const char *separator = " ";
    size_t used =
        (size_t)snprintf(text, sizeof text, _("live %d:%02d of %d:%02d, limits %s; beside:"),
                         (int)(now_s / 60), (int)(now_s % 60), (int)(ends_s / 60),
                         (int)(ends_s % 60), neighbours->limits ? _("on") : _("off"));

    for (size_t i = 0; i < neighbours->antagonist_count && used + 60 < sizeof text; i++) {
        if (!neighbours->wanted[i])
            continue;
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s", separator,
                                 neighbours->antagonists[i]);
        separator = ", ";
    }
    if (*separator == ' ')
        snprintf(text + used, sizeof text - used, _(" nobody"));
    frame_put_left(frame, box, 0, 1, frame->columns - 1, *separator == ' ' ? ROLE_TEXT : ROLE_WARN,
                   text);
}

static void draw_machine(struct frame *frame, const struct state *state, const struct view *view)
{
    size_t box = frame_box(frame, (struct area){2, 0, 1, frame->columns}, ROLE_TEXT);

    if (view->neighbours && view->neighbours->started)
        draw_live(frame, box, view->neighbours);
    else if (view->run.state == RUN_RUNNING || view->run.state == RUN_PAUSED)
        draw_progress(frame, box, &view->run);
    else if (view->run.state == RUN_CUT_OFF)
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_WARN,
                       _("this run was cut off; its command with --resume goes on"));
    else if (state && view->stopped)
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_WARN,
                       _("stopped from here; its command with --resume FOLDER goes on"));
    else if (state && state->warnings.count > 0)
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_WARN, state->warnings.text[0]);
    else if (state)
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_WEAK, state->host);
}

/* What is typed, or said, or else the notes of the page. */
static void draw_message(struct frame *frame, const struct state *state, const struct view *view)
{
    static const char *const prompts[] = {"", ":", "/", NULL};
    size_t box =
        frame_box(frame, (struct area){frame->rows - 2, 0, 1, frame->columns}, ROLE_PROMPT);
    const struct page_view *page = &view->pages[view->page];
    const struct page *shown = state ? &state->pages[view->page] : NULL;
    char text[VIEW_TEXT_MAX + 64];
    size_t order[VIEW_ROWS_MAX];

    if (view->prompt != PROMPT_NONE) {
        const char *prompt = prompts[view->prompt] ? prompts[view->prompt] : _("filter: ");
        int at = frame_put(frame, box, 0, 0, ROLE_PROMPT, prompt);
        int room = frame->columns - at - 1, needed = width_of(view->input);
        const char *input = view->input;
        /* Of a long line its end is seen, where it is typed. */
        for (; needed > room && *input; needed = width_of(input))
            do
                input++;
            while ((*input & 0xc0) == 0x80);
        frame->cursor_row = frame->rows - 2;
        frame->cursor_column = at + frame_put(frame, box, 0, at, ROLE_PROMPT, input);
    } else if (*view->message) {
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_PROMPT, view->message);
    } else if (view_neighbours_shown(view)) {
        frame_put_left(
            frame, box, 0, 1, frame->columns - 1, ROLE_WEAK,
            _("arrows choose, Enter starts and stops; figures: the median of the last 5 turns"));
    } else if (state && *page->filter) {
        snprintf(text, sizeof text,
                 view_rows(view, state, order) > 0 ? _("only rows with '%s'; Escape shows all")
                                                   : _("no row has '%s'; Escape shows all"),
                 page->filter);
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_PROMPT, text);
    } else if (shown && shown->notes.count > 0) {
        frame_put_left(frame, box, 0, 1, frame->columns - 1, ROLE_WEAK, shown->notes.text[0]);
    }
}

/* While a line is typed. */
static void draw_typing_keys(struct frame *frame, size_t box, enum prompt prompt)
{
    static const char *const keys[][2] = {
        {"Enter ",  N_("does it")  },
        {"Escape ", N_("leaves it")},
        {"Tab ",    N_("completes")},
    };
    int at = 1;

    for (size_t i = 0; i < (prompt == PROMPT_COMMAND ? 3 : 2); i++) {
        at += frame_put(frame, box, 0, at, ROLE_KEY, keys[i][0]);
        at += frame_put(frame, box, 0, at, ROLE_KEY_TEXT, _(keys[i][1])) + 2;
    }
}

static void draw_keys(struct frame *frame, const struct view *view)
{
    bool live = view_neighbours_shown(view);
    size_t box = frame_box(frame, (struct area){frame->rows - 1, 0, 1, frame->columns}, ROLE_TEXT);
    const struct binding *binding;
    const char *label;
    size_t number = 0;

    if (view->prompt != PROMPT_NONE) {
        draw_typing_keys(frame, box, view->prompt);
        return;
    }
    while (binding_at_bottom(number, live, &label))
        number++;
    int at = 0, width = number > 0 ? frame->columns / (int)number : 0;
    for (size_t i = 0; (binding = binding_at_bottom(i, live, &label)); i++) {
        char key[16];
        const char *shown = _(binding->shown);
        snprintf(key, sizeof key, "%.*s%s", (int)strcspn(shown, " "), shown,
                 binding->keys[0] > KEY_FUNCTION ? "" : " ");
        int used = frame_put(frame, box, 0, at, ROLE_KEY, key);
        frame_put_left(frame, box, 0, at + used, width - used, ROLE_KEY_TEXT, label);
        frame_hit(frame, box, (struct area){0, at, 1, width}, HIT_KEY,
                  (size_t)(binding - bindings));
        at += width;
    }
}

static int bars_rows(const struct grid *grid, int room)
{
    int wanted = 1 + (int)grid->column_count - 1;

    wanted = wanted > BARS_ROWS_MAX ? BARS_ROWS_MAX : wanted;
    return wanted > room / 2 ? room / 2 : wanted;
}

/* What the grid takes, but no more than there is. */
static int grid_rows(const struct page *page, const struct view *view, int columns, int room)
{
    int needed = part_grid_head(&page->grid, view, columns) + (int)page->grid.row_count;

    return needed < room ? needed : room;
}

/* On a tall screen there is room for what Enter would tell. */
static void draw_spare(struct frame *frame, struct area body, int row, const struct state *state,
                       const struct view *view)
{
    int rows = body.row + body.rows - row;

    if (rows >= SPARE_ROWS_MIN && !view->still)
        part_detail(frame, (struct area){row, 1, rows, body.columns - 2}, state, view);
}

/* The grid, and what is drawn beside it. */
static void draw_page(struct frame *frame, struct area body, const struct state *state,
                      const struct view *view)
{
    const struct page *page = &state->pages[view->page];
    struct area grid = body, chart = body, stages;

    switch (page_kinds[view->page].chart) {
    case CHART_BARS:
        chart.rows = bars_rows(&page->grid, body.rows);
        grid.rows = grid_rows(page, view, body.columns, body.rows - chart.rows - 1);
        chart.row = body.row + grid.rows + 1;
        part_grid(frame, grid, state, view);
        part_bars(frame, chart, state, view);
        draw_spare(frame, body, chart.row + chart.rows + 1, state, view);
        break;
    case CHART_DETAIL:
        chart.rows = body.rows / 3;
        grid.rows = grid_rows(page, view, body.columns, body.rows - chart.rows - 1);
        chart.rows = body.rows - grid.rows - 1;
        chart.row = body.row + grid.rows + 1;
        chart.column += 1;
        chart.columns -= 2;
        part_grid(frame, grid, state, view);
        part_detail(frame, chart, state, view);
        break;
    case CHART_START:
        grid.rows = grid_rows(page, view, body.columns, body.rows / 3);
        chart.rows = body.rows - grid.rows - 1;
        grid.row = body.row + chart.rows + 1;
        stages = chart;
        chart.columns =
            body.columns * (body.columns >= WIDE ? 5 : 11) / (body.columns >= WIDE ? 9 : 20);
        stages.column = body.column + chart.columns + 1;
        stages.columns = body.columns - chart.columns - 1;
        part_curves(frame, chart, state, view);
        part_stages(frame, stages, state, view);
        part_grid(frame, grid, state, view);
        break;
    case CHART_RECORD:
        grid.rows = body.rows / 2 > body.rows - RECORD_ROWS_MIN - 1
                        ? body.rows / 2
                        : body.rows - RECORD_ROWS_MIN - 1;
        grid.rows = grid_rows(page, view, body.columns, grid.rows);
        chart.row = body.row + grid.rows + 1;
        chart.rows = body.rows - grid.rows - 1;
        chart.column += 1;
        chart.columns -= 2;
        part_grid(frame, grid, state, view);
        part_record(frame, chart, state, view);
        break;
    default:
        part_grid(frame, grid, state, view);
    }
}

static void draw_body(struct frame *frame, const struct state *state, const struct view *view)
{
    struct area body = {HEAD_ROWS, 0, frame->rows - HEAD_ROWS - FOOT_ROWS, frame->columns};
    const struct page *page = state ? &state->pages[view->page] : NULL;

    if (view_neighbours_shown(view)) {
        part_neighbours(frame, body, view);
        return;
    }
    if (page && !page->empty && page->grid.row_count > 0) {
        draw_page(frame, body, state, view);
        return;
    }
    struct area text = {body.row + 1, 2, body.rows - 1, body.columns - 4};
    size_t box = frame_box(frame, text, ROLE_TEXT);
    if (!state) {
        frame_put_wrapped(frame, box, 0, 0, ROLE_WEAK, _("Reading the results ..."));
        return;
    }
    int lines = frame_put_wrapped(frame, box, 0, 0, ROLE_TEXT, page->empty ? page->empty : "");
    if (state->trouble)
        frame_put_wrapped(frame, box, lines + 1, 0, ROLE_WEAK, state->trouble);
}

bool layout_draw(struct frame *frame, const struct state *state, const struct view *view, int rows,
                 int columns)
{
    char text[128];

    if (!frame_start(frame, rows, columns))
        return false;
    if (rows < LAYOUT_ROWS_MIN || columns < LAYOUT_COLUMNS_MIN) {
        snprintf(text, sizeof text, _("too small: %dx%d; it takes %dx%d, and is made for 80x24"),
                 columns, rows, LAYOUT_COLUMNS_MIN, LAYOUT_ROWS_MIN);
        frame_put_wrapped(frame, 0, 0, 0, ROLE_TEXT, text);
        return true;
    }
    draw_title(frame, state, view);
    draw_tabs(frame, view);
    draw_machine(frame, state, view);
    draw_body(frame, state, view);
    draw_message(frame, state, view);
    if (!view->still)
        draw_keys(frame, view);
    if (state && !view->still)
        part_popup(frame, state, view);
    return true;
}

int layout_height(const struct state *state, const struct view *view, int columns)
{
    const struct page *page = &state->pages[view->page];
    int rows = part_grid_head(&page->grid, view, columns) + (int)page->grid.row_count;

    if (page_kinds[view->page].chart == CHART_BARS)
        rows += 1 + (int)page->grid.column_count;
    if (page_kinds[view->page].chart == CHART_DETAIL)
        rows += rows / 2 + 2;
    if (page_kinds[view->page].chart == CHART_RECORD)
        rows += 1 + 2 * RECORD_ROWS_MIN;
    if (page_kinds[view->page].chart == CHART_START)
        rows = rows * 3 > 32 ? rows * 3 : 32;
    rows += HEAD_ROWS + FOOT_ROWS;
    return rows < LAYOUT_ROWS_MIN ? LAYOUT_ROWS_MIN : rows;
}
