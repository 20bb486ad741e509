/* SPDX-License-Identifier: MIT */
/* virtlab tui: the dashboard. */
#include <errno.h>
#include <locale.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/terminal.h"
#include "tui/app.h"
#include "tui/layout/layout.h"
#include "tui/model/pages.h"
#include "tui/model/source.h"
#include "tui/page_table.h"

enum {
    KEY_ONCE = 256,
    KEY_JSON,
    KEY_CSV,
    KEY_SCREEN,
    KEY_REPLAY,
    KEY_SPEED,
    KEY_TIMELINE,
    KEY_THEME,
    KEY_ASCII,
    KEY_NO_MOUSE,
    KEY_LANG,
    KEY_SIZE,
};

enum {
    SPEED_MAX = 10000,
    MAPPED_BYTES = 64 << 10, /* no more than a piece of the arena */
};

struct wish {
    struct app_wish app;
    bool once;
    enum table_form form;
    int rows, columns; /* of a picture; 0: as the terminal, or as much as it takes */
};

static int print_table(const struct state *state, const struct wish *wish, struct error *error)
{
    struct table *table = page_table(&state->pages[wish->app.page]);
    int result = table ? table_print(table, wish->form, stdout, error)
                       : error_set_errno(error, ENOMEM, "cannot make a table");

    table_free(table);
    return result;
}

static int print_picture(const struct state *state, const struct wish *wish, struct error *error)
{
    struct frame frame = {.ascii = wish->app.ascii};
    int rows = wish->rows, columns = wish->columns, ignored;
    struct view view;

    view_start(&view);
    view.page = wish->app.page;
    view.still = true;
    run_progress_read(&view.run, wish->app.folder);
    if (columns == 0 && !terminal_size(STDOUT_FILENO, &columns, &ignored))
        columns = TABLE_WIDTH;
    if (rows == 0)
        rows = layout_height(state, &view, columns);
    if (!layout_draw(&frame, state, &view, rows, columns))
        return error_set_errno(error, ENOMEM, "cannot draw the screen");
    frame_print(&frame, stdout);
    frame_free(&frame);
    return 0;
}

static int print_once(const struct wish *wish, struct error *error)
{
    struct source source;

    source_open(&source, wish->app.folder, wish->app.timeline);
    source_read(&source);
    if (source.in_trouble && !source.results.run) {
        *error = source.trouble;
        source_close(&source);
        return error->errnum ? -error->errnum : -EINVAL;
    }
    struct state *state = source_make_state(&source, SIZE_MAX);
    int result = !state ? error_set_errno(error, ENOMEM, "cannot show the results")
                 : wish->form == TABLE_TEXT ? print_picture(state, wish, error)
                                            : print_table(state, wish, error);
    state_free(state);
    source_close(&source);
    return result;
}

static int take_speed(struct wish *wish, const struct command_spec *command, const char *text,
                      struct error *error)
{
    char *end;

    wish->app.speed = strtod(text, &end);
    if (end == text || *end || !(wish->app.speed > 0) || wish->app.speed > SPEED_MAX)
        return options_misuse(command, error,
                              _("--speed takes a number above 0, up to %d, not '%.20s'"), SPEED_MAX,
                              text);
    return 0;
}

static int take_size(struct wish *wish, const struct command_spec *command, const char *text,
                     struct error *error)
{
    char rest;

    if (sscanf(text, "%4dx%4d%c", &wish->columns, &wish->rows, &rest) != 2 || wish->columns < 1 ||
        wish->rows < 1 || wish->columns > FRAME_SIDE_MAX || wish->rows > FRAME_SIDE_MAX)
        return options_misuse(command, error,
                              _("--size takes COLUMNSxROWS, such as 80x24, not '%.20s'"), text);
    return 0;
}

static int take_screen(struct wish *wish, const struct command_spec *command, const char *text,
                       struct error *error)
{
    wish->app.page = page_find(text);
    if (wish->app.page == page_kinds_count)
        return options_misuse(command, error, _("there is no screen '%.40s'; --help names them"),
                              text);
    return 0;
}

static int take_option(struct wish *wish, const struct command_spec *command, int key,
                       const char *argument, struct error *error)
{
    switch (key) {
    case KEY_JSON:
    case KEY_CSV:
        wish->form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
        wish->once = true;
        return 0;
    case KEY_ONCE:
        wish->once = true;
        return 0;
    case KEY_REPLAY:
        wish->app.replay = true;
        return 0;
    case KEY_TIMELINE:
        wish->app.timeline = argument;
        return 0;
    case KEY_ASCII:
        wish->app.ascii = true;
        return 0;
    case KEY_NO_MOUSE:
        wish->app.mouse = false;
        return 0;
    case KEY_SPEED:
        return take_speed(wish, command, argument, error);
    case KEY_SIZE:
        return take_size(wish, command, argument, error);
    case KEY_SCREEN:
        return take_screen(wish, command, argument, error);
    case KEY_THEME:
        wish->app.theme = theme_find(argument);
        if (wish->app.theme == THEMES)
            return options_misuse(command, error,
                                  _("--theme takes dark, light or mono, not '%.20s'"), argument);
        return 0;
    default:
        if (!i18n_choose(argument))
            return options_misuse(command, error, _("--lang takes en or ko, not '%.20s'"),
                                  argument);
        return 0;
    }
}

/* In ASCII there is nothing to translate into, and every text is put into it (common/width.h). */
static void become_ascii(void)
{
    i18n_choose("en");
    setlocale(LC_CTYPE, "C");
}

static int run(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct wish wish = {
        .app = {.folder = "results/latest", .mouse = true, .speed = 1}
    };
    const char *no_color = getenv("NO_COLOR");
    struct option_parser parser;
    int key;

    wish.app.theme = no_color && *no_color ? THEME_MONO : THEME_DARK;
    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        int result = take_option(&wish, command, key, parser.argument, error);
        if (result < 0)
            return result;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough, behind the options"));
    if (parser.rest < argc)
        wish.app.folder = argv[parser.rest];
    if (wish.app.ascii || !terminal_utf8()) {
        wish.app.ascii = true;
        become_ascii();
    }
    if (wish.once || !isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return print_once(&wish, error);
    return app_run(&wish.app, error);
}

int main(int argc, char **argv)
{
    /*
     * What a picture of the results takes is given back when the next one is there. Between
     * samples, which stay, the heap would keep it: over an hour of a run, tens of megabytes.
     */
    mallopt(M_MMAP_THRESHOLD, MAPPED_BYTES);
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_SCREEN,                               "screen", "NAME",
         _("the screen to start with: compare, start-up, isolation, neighbours, exits, claims, "
           "results, labs")},
        {KEY_ONCE,                                  "once", NULL, _("print the screen as text and end")},
        {KEY_JSON,                                        "json", NULL, _("print what the screen shows as JSON")},
        {KEY_CSV, "csv", NULL, _("print what the screen shows as CSV")},
        {KEY_SIZE,   "size", "COLUMNSxROWS", _("with --once: as on a terminal of that size")},
        {KEY_REPLAY,                                 "replay", NULL, _("play the run as it was recorded")},
        {KEY_SPEED,                                    "speed", "N", _("with --replay: so many times as fast")},
        {KEY_TIMELINE,                                        "timeline", "FILE", _("the exits in a timeline of minivmm")},
        {KEY_THEME,                                   "theme", "NAME", _("colours: dark, light or mono")},
        {KEY_ASCII, "ascii", NULL, _("draw with ASCII only, in English")},
        {KEY_NO_MOUSE,                                 "no-mouse", NULL, _("leave the mouse to the terminal")},
        {KEY_LANG,                          "lang", "LANG", _("en or ko")},
        {0                                       },
    };
    const struct command_spec command = {
        .name = "virtlab tui",
        .synopsis = "[DIR]",
        .purpose = _("Show results as a dashboard, while a run goes on or afterwards."),
        .options = options,
        .notes = _("DIR is a results folder (results/latest). Inside, ? shows the keys. Where "
                   "standard output is no\nterminal, the screen is printed as text."),
    };
    struct error error;

    int result = run(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : result;
}
