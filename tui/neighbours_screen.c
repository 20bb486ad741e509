/* SPDX-License-Identifier: MIT */
#include "tui/neighbours_screen.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/paths.h"
#include "common/width.h"
#include "tui/child.h"
#include "tui/model/pages.h"

enum { END_MS = 5000 };

void neighbours_screen_init(struct neighbours_screen *screen)
{
    *screen = (struct neighbours_screen){.input = -1, .output = -1};
}

static int start_child(struct neighbours_screen *screen, struct error *error)
{
    char program[PATHS_MAX];
    char *argv[] = {(char[]){"virtlab"}, (char[]){"live"}, (char[]){"--json"}, NULL};
    int input[2], output[2];
    struct paths paths;

    int result = paths_find(&paths, error);
    if (result == 0)
        result = paths_join(program, paths.bin, "virtlab", error);
    if (result < 0)
        return result;
    if (pipe2(input, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot make a pipe");
    if (pipe2(output, O_CLOEXEC) < 0) {
        result = error_set_errno(error, errno, "cannot make a pipe");
    } else {
        result =
            child_fork(&screen->pid, program, argv, input[0], output[1], CHILD_DIES_WITH_US, error);
        close(output[1]);
        screen->output = output[0];
    }
    close(input[0]);
    screen->input = input[1];
    fcntl(screen->input, F_SETFL, O_NONBLOCK);
    fcntl(screen->output, F_SETFL, O_NONBLOCK);
    return result;
}

static void forget(struct neighbours_screen *screen, struct view *view)
{
    if (screen->input >= 0)
        close(screen->input);
    if (screen->output >= 0)
        close(screen->output);
    free(screen->neighbours);
    view->neighbours = NULL;
    neighbours_screen_init(screen);
}

static void begin(struct neighbours_screen *screen, struct view *view)
{
    struct error error;

    neighbours_screen_init(screen);
    screen->neighbours = calloc(1, sizeof *screen->neighbours);
    int result = screen->neighbours ? start_child(screen, &error)
                                    : error_set_errno(&error, ENOMEM, "cannot begin");
    if (result < 0) {
        screen->pid = 0;
        forget(screen, view);
        view_say(view, "%s", error.text);
        return;
    }
    view->neighbours = screen->neighbours;
    view->neighbour = 0;
    view->page = page_find("neighbours");
}

void neighbours_screen_close(struct neighbours_screen *screen, struct view *view)
{
    struct pollfd ended = {.fd = screen->output, .events = POLLIN};
    char ignored[4096];

    if (screen->pid > 0) {
        kill(screen->pid, SIGTERM);
        while (poll(&ended, 1, END_MS) > 0 && read(screen->output, ignored, sizeof ignored) > 0)
            ;
        kill(screen->pid, SIGKILL); /* it has ended long since, or hangs */
        waitpid(screen->pid, NULL, 0);
    }
    forget(screen, view);
}

int neighbours_screen_fd(const struct neighbours_screen *screen)
{
    return screen->output;
}

static void take_line(struct neighbours_screen *screen, struct view *view)
{
    struct neighbours *neighbours = screen->neighbours;

    *neighbours->said = '\0';
    if (!screen->too_long && !neighbours_take_line(neighbours, screen->line, screen->used)) {
        screen->line[screen->used < sizeof screen->line ? screen->used : screen->used - 1] = '\0';
        char *clean = width_for_locale(screen->line);
        snprintf(screen->last, sizeof screen->last, "%.*s", (int)sizeof screen->last - 1,
                 clean ? clean : "");
        free(clean);
    }
    if (*neighbours->said)
        view_say(view, "%s", neighbours->said);
    screen->used = 0;
    screen->too_long = false;
}

static void take_end(struct neighbours_screen *screen, struct view *view)
{
    char why[NEIGHBOURS_TEXT_MAX];

    snprintf(why, sizeof why, "%s",
             screen->neighbours->ended ? screen->neighbours->said : screen->last);
    kill(screen->pid, SIGTERM); /* it has closed its output: so it is about to end */
    waitpid(screen->pid, NULL, 0);
    forget(screen, view);
    view_say(view, _("live has ended: %s"), why);
}

void neighbours_screen_take(struct neighbours_screen *screen, struct view *view)
{
    char piece[4096];
    ssize_t got;

    while ((got = read(screen->output, piece, sizeof piece)) > 0) {
        for (ssize_t i = 0; i < got; i++) {
            if (piece[i] == '\n')
                take_line(screen, view);
            else if (screen->used < sizeof screen->line)
                screen->line[screen->used++] = piece[i];
            else
                screen->too_long = true;
        }
    }
    if (got == 0 || (errno != EAGAIN && errno != EINTR))
        take_end(screen, view);
}

static void say(struct neighbours_screen *screen, struct view *view, const char *verb,
                const char *argument)
{
    char line[VIEW_TEXT_MAX + 16];
    int length = snprintf(line, sizeof line, "%s %s\n", verb, argument);

    if (write(screen->input, line, (size_t)length) != length)
        view_say(view, "%s", _("the measuring process does not listen"));
}

/* What the box that is ticked stands for: on or off. */
static void tick(struct neighbours_screen *screen, struct view *view)
{
    const struct neighbours *neighbours = screen->neighbours;
    size_t number = view->neighbour;

    if (number < neighbours->antagonist_count)
        say(screen, view, neighbours->wanted[number] ? "stop" : "start",
            neighbours->antagonists[number]);
    else
        say(screen, view, "limits", neighbours->limits ? "off" : "on");
}

/* Whether it is on, or could be begun. */
static bool have_it(struct neighbours_screen *screen, struct view *view, bool busy)
{
    if (screen->pid == 0 && busy)
        view_say(view, "%s", _("a run is in progress; x stops it"));
    else if (screen->pid == 0)
        begin(screen, view);
    return screen->pid > 0;
}

static void turn_on_or_off(struct neighbours_screen *screen, struct view *view, const char *how,
                           bool busy)
{
    bool on = strcmp(how, "on") == 0, off = strcmp(how, "off") == 0;

    if (*how && !on && !off) {
        view_say(view, "%s", _("live is on or off"));
    } else if (screen->pid == 0) {
        if (!off)
            have_it(screen, view, busy);
    } else if (off || (!on && view_neighbours_shown(view))) {
        neighbours_screen_close(screen, view);
        view_say(view, "%s",
                 _("live has ended, nothing of it is kept; shown is what the run recorded"));
    } else {
        view->page = page_find("neighbours");
    }
}

bool neighbours_screen_do(struct neighbours_screen *screen, struct view *view,
                          const struct request *request, bool busy)
{
    const char *argument = request->argument;

    switch (request->action) {
    case ACTION_LIVE:
        turn_on_or_off(screen, view, argument, busy);
        return true;
    case ACTION_TICK:
        if (screen->pid > 0)
            tick(screen, view);
        return true;
    case ACTION_START:
        if (have_it(screen, view, busy))
            say(screen, view, "start", argument);
        return true;
    case ACTION_STOP:
        if (screen->pid == 0 || !(*argument || view_neighbours_shown(view)))
            return false;
        say(screen, view, "stop", argument);
        return true;
    case ACTION_LIMITS:
        if (*argument && have_it(screen, view, busy))
            say(screen, view, "limits", argument);
        else if (!*argument && screen->pid > 0)
            say(screen, view, "limits", screen->neighbours->limits ? "off" : "on");
        else if (screen->pid == 0)
            view_say(view, "%s", _("limits are for live neighbours; F2 begins"));
        return true;
    default:
        return false;
    }
}
