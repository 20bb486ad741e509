/* SPDX-License-Identifier: MIT */
#include "tui/exits_screen.h"

#include "common/i18n.h"
#include "common/text.h"
#include "tui/model/pages.h"

int exits_screen_open(struct exits_screen *screen, const char *timeline, struct error *error)
{
    int result = exits_live_start(&screen->live, error);

    if (result == 0 && timeline)
        exits_live_open(screen->live, timeline);
    return result;
}

void exits_screen_close(struct exits_screen *screen)
{
    exits_live_stop(screen->live);
    traced_forget(&screen->traced);
    live_page_free(screen->page);
    screen->page = NULL;
}

void exits_screen_lend(const struct exits_screen *screen, struct state *state)
{
    if (state && screen->page)
        state->pages[page_find("exits")] = screen->page->page;
}

void exits_screen_take(struct exits_screen *screen, struct view *view, struct state *state)
{
    struct live_page *page = exits_live_take(screen->live), *before = screen->page;

    if (!page)
        return;
    screen->page = page;
    exits_screen_lend(screen, state);
    live_page_free(before);
    if (state)
        view_settle(view, state, NULL);
    if (traced_too_long(&screen->traced)) {
        traced_stop(&screen->traced);
        view_say(view, "%s", _("the machine is stopped: its record became too long"));
    }
}

static void show(struct exits_screen *screen, struct view *view, const char *path)
{
    exits_live_open(screen->live, path);
    view->page = page_find("exits");
}

static void trace(struct exits_screen *screen, struct view *view, const char *words)
{
    char path[TRACED_PATH_MAX];
    struct error error;

    if (traced_start(&screen->traced, words, path, &error) < 0) {
        view_say(view, "%s", error.text);
        return;
    }
    show(screen, view, path);
    view->traced = TRACED_RUNS;
    view_say(view, _("minivmm with %s: started"), words);
}

void exits_screen_reap(struct exits_screen *screen, struct view *view)
{
    char line[VIEW_TEXT_MAX];

    if (!traced_ended(&screen->traced, line, sizeof line))
        return;
    if (view->traced == TRACED_RUNS)
        view->traced = TRACED_ENDED;
    if (*line)
        view_say(view, "%s", line);
    else
        view_say(view, "%s", _("the machine has ended; [ steps back through its record"));
}

/* The record on the screen; NULL: there is none, or another screen is shown. */
static const struct moment *moment_of(const struct exits_screen *screen, const struct view *view)
{
    return screen->page && view->page == page_find("exits") ? screen->page->page.moment : NULL;
}

/* By so many exits as the argument says, or by one; a leap is a hundredth of the record. */
static void step(struct exits_screen *screen, struct view *view, const struct request *request)
{
    const struct moment *moment = moment_of(screen, view);
    uint64_t steps = 1;
    bool back = request->action == ACTION_STEP_BACK || request->action == ACTION_LEAP_BACK ||
                request->action == ACTION_TO_START;

    if (!moment) {
        view_say(view, "%s", _("a record is stepped through on the screen Exits; there is none"));
        return;
    }
    if (*request->argument && !text_parse_u64(request->argument, 1, EXITS_STEP_MAX, &steps)) {
        view_say(view, _("'%.40s' is no number of exits"), request->argument);
        return;
    }
    switch (request->action) {
    case ACTION_LEAP_BACK:
    case ACTION_LEAP_ON:
        steps = moment->count / 100 + 1;
        break;
    case ACTION_TO_START:
    case ACTION_TO_END:
        steps = EXITS_STEP_MAX;
        break;
    default:
        break;
    }
    exits_live_step(screen->live, back ? -(long)steps : (long)steps);
}

bool exits_screen_do(struct exits_screen *screen, struct view *view, const struct request *request)
{
    const struct moment *moment = moment_of(screen, view);

    switch (request->action) {
    case ACTION_TRACE:
        trace(screen, view, request->argument);
        return true;
    case ACTION_TIMELINE:
        if (*request->argument) {
            show(screen, view, request->argument);
            view->traced = TRACED_NONE;
        } else
            view_say(view, "%s", _("which timeline? `:timeline FILE`"));
        return true;
    case ACTION_STEP_BACK:
    case ACTION_STEP_ON:
    case ACTION_LEAP_BACK:
    case ACTION_LEAP_ON:
    case ACTION_TO_START:
    case ACTION_TO_END:
        step(screen, view, request);
        return true;
    case ACTION_PAUSE:
        if (moment)
            exits_live_hold(screen->live, !moment->held);
        return moment;
    case ACTION_STOP:
        if (screen->traced.pid <= 0 || view->page != page_find("exits"))
            return false;
        traced_stop(&screen->traced);
        return true;
    default:
        return false;
    }
}
