/* SPDX-License-Identifier: MIT */
#include "tui/app.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/text.h"
#include "tui/child.h"
#include "tui/exits_screen.h"
#include "tui/layout/layout.h"
#include "tui/measuring.h"
#include "tui/model/loader.h"
#include "tui/model/pages.h"
#include "tui/neighbours_screen.h"
#include "tui/pictures.h"
#include "tui/screen/screen.h"

struct app {
    const struct app_wish *wish;
    struct loader *loader;
    struct state *state;
    struct view view;
    struct frame frame;
    enum theme theme;
    char folder[PATH_MAX], root[PATH_MAX];

    struct child child;
    enum action doing; /* what the child is for */
    char output_title[PATH_MAX];
    pid_t viewer; /* of plots, in a window; 0: none was started */
    struct measuring measuring;
    struct exits_screen exits;
    struct neighbours_screen neighbours;

    int signals;
    bool done;
    int status;
};

static void find_root(struct app *app)
{
    char real[PATH_MAX];

    snprintf(app->root, sizeof app->root, "%s", realpath(app->folder, real) ? real : app->folder);
    char *end = strrchr(app->root, '/');
    if (end && end > app->root)
        *end = '\0';
    else if (!end)
        strcpy(app->root, ".");
}

static void show_folder(struct app *app, const char *folder)
{
    char name[PATH_MAX];

    snprintf(name, sizeof name, "%s", folder);
    memcpy(app->folder, name, sizeof app->folder);
    find_root(app);
    app->view.stopped = false;
    loader_open(app->loader, app->folder);
    view_say(&app->view, _("showing %s"), app->folder);
}

/* In the list of results a row names a folder of the root; a path is taken as it is. */
static void open_results(struct app *app, const char *argument)
{
    const struct row *row = view_row(&app->view, app->state);
    char path[PATH_MAX];

    if (*argument) {
        show_folder(app, argument);
    } else if (row && row->value) {
        snprintf(path, sizeof path, "%.2000s/%.1000s", app->root, row->value);
        show_folder(app, path);
        app->view.page = 0;
    }
}

/* title: what stands over its output, if that is shown. */
static void start_child(struct app *app, enum action doing, const char *const *words,
                        const char *title)
{
    struct error error;

    if (app->child.pid > 0) {
        view_say(&app->view, "%s", _("one command is still at work"));
        return;
    }
    child_forget(&app->child);
    app->view.output = NULL;
    if (app->view.popup == POPUP_OUTPUT) /* of the command before, which is gone */
        app->view.popup = POPUP_NONE;
    char *clean = text_clean(title); /* there are names of folders in it */
    snprintf(app->output_title, sizeof app->output_title, "%s", clean ? clean : "");
    free(clean);
    if (child_start(&app->child, words, &error) < 0)
        view_say(&app->view, "%s", error.text);
    else
        view_say(&app->view, _("virtlab %s ..."), words[0]);
    app->doing = doing;
}

static void start_diff(struct app *app)
{
    char paths[2][PATH_MAX], title[2 * VIEW_TEXT_MAX + 64];
    const char *words[] = {"diff", paths[0], paths[1], NULL};
    /* Names start with their time: the older one first. */
    bool swapped = strcmp(app->view.marks[0], app->view.marks[1]) > 0;

    if (!*app->view.marks[0] || !*app->view.marks[1]) {
        view_say(&app->view, "%s", _("mark two runs on the screen Results with m first"));
        return;
    }
    for (int i = 0; i < 2; i++)
        snprintf(paths[i], sizeof paths[i], "%.2000s/%s", app->root,
                 app->view.marks[swapped ? 1 - i : i]);
    snprintf(title, sizeof title, _("old %s, new %s"), app->view.marks[swapped],
             app->view.marks[!swapped]);
    start_child(app, ACTION_DIFF, words, title);
}

static void start_export(struct app *app)
{
    const char *const words[] = {"report", app->folder, NULL};

    start_child(app, ACTION_EXPORT, words, "virtlab report");
}

/* First as files, then, where nothing can show those, as text. */
static void start_plot(struct app *app)
{
    const char *const words[] = {"plot", app->folder, NULL};

    start_child(app, ACTION_PLOT, words, "virtlab plot");
}

static void show_plot(struct app *app)
{
    const char *const words[] = {"plot", "--text", app->folder, NULL};
    char name[PICTURE_NAME_MAX], file[PATH_MAX], program[PATH_MAX];
    const char *wanted = page_kinds[app->view.page].plot;
    char title[PATH_MAX + 64] = "virtlab plot";
    struct error error;

    if (picture_choose(app->child.output, wanted, name)) {
        snprintf(file, sizeof file, "%.4000s/plots/%s.svg", app->folder, name);
        if (picture_viewer(program) && picture_show(&app->viewer, program, file, &error) == 0) {
            view_say(&app->view, _("%s: shown by %s"), file, program);
            return;
        }
        snprintf(title, sizeof title, _("every plot as text; as pictures: %.4000s/plots"),
                 app->folder);
    }
    start_child(app, ACTION_PLOT_TEXT, words, title);
}

static void start_run(struct app *app, const char *words)
{
    char latest[PATH_MAX];

    if (app->neighbours.pid > 0) {
        view_say(&app->view, "%s", _("neighbours are live; F2 on their screen ends that first"));
        return;
    }
    if (!measuring_start(&app->measuring, &app->view, app->root, words))
        return;
    app->view.stopped = false;
    snprintf(latest, sizeof latest, "%.2000s/latest", app->root);
    memcpy(app->folder, latest, sizeof app->folder);
    loader_open(app->loader, app->folder);
}

static void pause_or_go_on(struct app *app)
{
    if (!app->wish->replay) {
        measuring_pause_or_go_on(&app->measuring, &app->view);
        return;
    }
    app->view.paused = !app->view.paused;
    loader_hold(app->loader, app->view.paused);
    view_say(&app->view, "%s",
             app->view.paused ? _("the replay is held; space goes on") : _("the replay goes on"));
}

static void choose_theme(struct app *app, const char *name)
{
    enum theme theme = *name ? theme_find(name) : (enum theme)((app->theme + 1) % THEMES);

    if (theme == THEMES) {
        view_say(&app->view, "%s", _("themes are dark, light and mono"));
        return;
    }
    app->theme = theme;
    screen_theme(theme);
    view_say(&app->view, _("theme: %s"), theme_names[theme]);
}

static void leave(struct app *app)
{
    if (measuring_goes_on(&app->measuring, &app->view))
        app->view.popup = POPUP_LEAVE;
    else
        app->done = true;
}

static void carry_out(struct app *app, const struct request *request)
{
    if (neighbours_screen_do(&app->neighbours, &app->view, request,
                             measuring_goes_on(&app->measuring, &app->view)) ||
        exits_screen_do(&app->exits, &app->view, request))
        return;
    switch (request->action) {
    case ACTION_RUN:
        start_run(app, request->argument);
        break;
    case ACTION_PAUSE:
        pause_or_go_on(app);
        break;
    case ACTION_STOP:
        measuring_stop(&app->measuring, &app->view);
        break;
    case ACTION_EXPORT:
        start_export(app);
        break;
    case ACTION_PLOT:
        start_plot(app);
        break;
    case ACTION_OPEN:
        open_results(app, request->argument);
        break;
    case ACTION_DIFF:
        start_diff(app);
        break;
    case ACTION_THEME:
        choose_theme(app, request->argument);
        break;
    case ACTION_REDRAW:
        screen_forget();
        break;
    case ACTION_QUIT:
        leave(app);
        break;
    case ACTION_LEAVE_STOPPED:
        measuring_stop(&app->measuring, &app->view);
        app->done = true;
        break;
    case ACTION_LEAVE_RUNNING:
        app->done = true;
        break;
    default:
        break;
    }
}

static void take_input(struct app *app)
{
    struct screen_event event;
    struct request request;

    while (!app->done && screen_next(&event)) {
        if (!app->state) {
            app->done = event.key == 'q' || event.key == KEY_FUNCTION + 10;
            continue;
        }
        if (event.key)
            view_key(&app->view, app->state, event.key, &request);
        else
            view_click(&app->view, app->state, &app->frame, event.row, event.column, &request);
        carry_out(app, &request);
    }
}

static void suspend(void)
{
    screen_suspend();
    /* SIGTSTP itself is blocked, and read from a descriptor; nothing blocks this one. */
    kill(getpid(), SIGSTOP);
    screen_resume();
}

static void take_signal(struct app *app)
{
    struct signalfd_siginfo info;

    while (read(app->signals, &info, sizeof info) == sizeof info) {
        switch (info.ssi_signo) {
        case SIGWINCH:
            screen_resized();
            break;
        case SIGTSTP:
            suspend();
            break;
        case SIGCHLD:
            measuring_reap(&app->measuring, &app->view);
            if (app->viewer > 0 && waitpid(app->viewer, NULL, WNOHANG) == app->viewer)
                app->viewer = 0;
            exits_screen_reap(&app->exits, &app->view);
            break;
        case SIGCONT:
            break;
        default:
            app->status = EXIT_SIGNAL_BASE + (int)info.ssi_signo;
            app->done = true;
        }
    }
}

static void take_state(struct app *app)
{
    struct state *state = loader_take(app->loader, &app->view.run);

    if (!state)
        return;
    state_free(app->state);
    app->state = state;
    exits_screen_lend(&app->exits, state);
    view_settle(&app->view, state, NULL);
}

static void take_child(struct app *app)
{
    if (!child_read(&app->child))
        return;
    bool good = WIFEXITED(app->child.status) && WEXITSTATUS(app->child.status) == 0;
    app->view.message[0] = '\0';
    if (app->doing == ACTION_EXPORT && good) {
        view_say(&app->view, _("report written: %s/report.html and summary.md"), app->folder);
        return;
    }
    if (app->doing == ACTION_PLOT && good) {
        show_plot(app);
        return;
    }
    if (!app->child.output || !*app->child.output) {
        view_say(&app->view, _("%s: nothing was printed"), app->output_title);
        return;
    }
    app->view.output = app->child.output;
    app->view.output_title = app->output_title;
    app->view.popup = POPUP_OUTPUT;
    app->view.popup_scroll = app->view.popup_column = 0;
}

static bool draw(struct app *app)
{
    int rows, columns;

    screen_size(&rows, &columns);
    if (!layout_draw(&app->frame, app->state, &app->view, rows, columns))
        return false;
    if (app->state)
        view_settle(&app->view, app->state, &app->frame);
    return screen_draw(&app->frame);
}

static int open_signals(struct app *app, struct error *error)
{
    static const int taken[] = {SIGWINCH, SIGTSTP, SIGCONT, SIGCHLD,
                                SIGINT,   SIGTERM, SIGHUP,  SIGQUIT};
    sigset_t set;

    sigemptyset(&set);
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        sigaddset(&set, taken[i]);
    sigprocmask(SIG_BLOCK, &set, NULL);
    app->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    return app->signals < 0 ? error_set_errno(error, errno, "cannot wait for signals") : 0;
}

/* Nothing is drawn but after something has happened. */
static int loop(struct app *app, struct error *error)
{
    while (!app->done) {
        if (!draw(app))
            return error_set_errno(error, ENOMEM, "cannot draw the screen");
        struct pollfd waits[] = {
            {.fd = STDIN_FILENO,                            .events = POLLIN},
            {.fd = app->signals,                            .events = POLLIN},
            {.fd = loader_fd(app->loader),                  .events = POLLIN},
            {.fd = app->child.pid > 0 ? app->child.fd : -1, .events = POLLIN},
            {.fd = exits_live_fd(app->exits.live),          .events = POLLIN},
            {.fd = neighbours_screen_fd(&app->neighbours),  .events = POLLIN},
        };
        if (poll(waits, sizeof waits / sizeof *waits, -1) < 0 && errno != EINTR)
            return error_set_errno(error, errno, "cannot wait for keys");
        if (waits[1].revents)
            take_signal(app);
        if (waits[2].revents)
            take_state(app);
        if (waits[3].revents)
            take_child(app);
        if (waits[4].revents)
            exits_screen_take(&app->exits, &app->view, app->state);
        if (waits[5].revents)
            neighbours_screen_take(&app->neighbours, &app->view);
        if (waits[0].revents & (POLLHUP | POLLERR | POLLNVAL))
            app->done = true; /* the terminal is gone */
        else
            take_input(app);
    }
    return 0;
}

int app_run(const struct app_wish *wish, struct error *error)
{
    struct app *app = calloc(1, sizeof *app);
    const struct screen_wish screen = {.theme = wish->theme, .mouse = wish->mouse};
    const struct loader_wish loader = {
        .folder = wish->folder,
        .replay = wish->replay,
        .speed = wish->speed,
    };

    if (!app)
        return error_set_errno(error, ENOMEM, "cannot show results");
    app->wish = wish;
    app->theme = wish->theme;
    app->child.fd = -1;
    traced_init(&app->exits.traced);
    neighbours_screen_init(&app->neighbours);
    app->frame.ascii = wish->ascii;
    snprintf(app->folder, sizeof app->folder, "%s", wish->folder);
    find_root(app);
    view_start(&app->view);
    app->view.page = wish->page;
    app->view.replay = wish->replay;
    app->view.speed = wish->speed;
    int result = open_signals(app, error);
    if (result == 0)
        result = screen_open(&screen, error);
    /* The first frame comes before anything is read. */
    if (result == 0 && !draw(app))
        result = error_set_errno(error, ENOMEM, "cannot draw the screen");
    if (result == 0)
        result = loader_start(&app->loader, &loader, error);
    if (result == 0)
        result = exits_screen_open(&app->exits, wish->timeline, error);
    if (result == 0)
        result = loop(app, error);
    screen_close();
    child_forget(&app->child);
    neighbours_screen_close(&app->neighbours, &app->view);
    loader_stop(app->loader);
    exits_screen_close(&app->exits);
    state_free(app->state);
    frame_free(&app->frame);
    int status = app->status;
    free(app);
    return result < 0 ? result : status;
}
