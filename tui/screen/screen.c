/* SPDX-License-Identifier: MIT */
#define NCURSES_WIDECHAR 1
#include "tui/screen/screen.h"

#include <curses.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include "tui/screen/crash.h"
#include "tui/screen/keycodes.h"
#include "tui/screen/terminfo.h"
#include "tui/screen/theme.h"

enum { ESCAPE_MS = 25, COLOURS_MANY = 256, COLOURS_FEW = 8 };

static struct {
    SCREEN *terminal;
    bool open, mouse;
    enum theme theme;
    struct frame_cell *cells; /* as they were drawn */
    int rows, columns;        /* of those; 0: nothing was drawn yet */
} screen;

void screen_theme(enum theme theme)
{
    screen.theme = has_colors() ? theme : THEME_MONO;
    for (int role = 0; role < ROLES && screen.theme != THEME_MONO; role++) {
        struct look look = theme_look(screen.theme, (enum role)role);
        if (COLORS >= COLOURS_MANY)
            init_pair((short)(role + 1), (short)look.colour, (short)look.ground);
        else
            init_pair((short)(role + 1), (short)look.few_colour, (short)look.few_ground);
    }
    screen_forget();
}

static void take_input(void)
{
    cbreak();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    if (screen.mouse) {
        mousemask(BUTTON1_PRESSED | BUTTON1_CLICKED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
        mouseinterval(0);
    }
}

int screen_open(const struct screen_wish *wish, struct error *error)
{
    char restoring[256];

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return error_set(error, ENOTTY, "this is no terminal; --once prints the same as text");
    if (!terminfo_load(restoring, sizeof restoring))
        return error_set(
            error, ENOTTY,
            "the terminal '%.60s' is unknown, or cannot move its cursor; set TERM, or use --once",
            getenv("TERM") ? getenv("TERM") : "");
    crash_prepare(restoring);
    screen.terminal = newterm(NULL, stdout, stdin);
    if (!screen.terminal)
        return error_set(error, ENOTTY, "this terminal cannot be drawn on; --once prints text");
    screen.open = true;
    screen.mouse = wish->mouse;
    set_escdelay(ESCAPE_MS);
    if (has_colors()) {
        start_color();
        use_default_colors();
    }
    take_input();
    screen_theme(wish->theme);
    return 0;
}

void screen_close(void)
{
    if (!screen.open)
        return;
    screen.open = false;
    endwin();
    delscreen(screen.terminal);
    free(screen.cells);
    screen.cells = NULL;
}

void screen_size(int *rows, int *columns)
{
    getmaxyx(stdscr, *rows, *columns);
}

void screen_forget(void)
{
    screen.rows = 0;
    clearok(curscr, TRUE);
}

void screen_resized(void)
{
    struct winsize size;

    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
        resizeterm(size.ws_row, size.ws_col);
    screen.rows = 0;
    erase();
}

void screen_suspend(void)
{
    def_prog_mode();
    endwin();
}

void screen_resume(void)
{
    reset_prog_mode();
    take_input();
    screen_resized(); /* the window may have changed meanwhile */
    screen_forget();
    refresh();
}

static void put_cell(int row, int column, const struct frame_cell *cell)
{
    struct look look = theme_look(screen.theme, (enum role)cell->role);
    wchar_t text[CCHARW_MAX + 1] = L" ";
    cchar_t drawn;
    attr_t attributes = (look.attributes & LOOK_BOLD ? A_BOLD : 0) |
                        (look.attributes & LOOK_DIM ? A_DIM : 0) |
                        (look.attributes & LOOK_UNDERLINE ? A_UNDERLINE : 0) |
                        (look.attributes & LOOK_REVERSE ? A_REVERSE : 0);

    if (mbstowcs(text, cell->text, CCHARW_MAX) == (size_t)-1 || !*text)
        wcscpy(text, L"?");
    setcchar(&drawn, text, attributes,
             screen.theme == THEME_MONO ? (short)0 : (short)(cell->role + 1), NULL);
    mvadd_wch(row, column, &drawn);
}

static bool is_same(const struct frame_cell *a, const struct frame_cell *b)
{
    return a->role == b->role && strcmp(a->text, b->text) == 0;
}

bool screen_draw(const struct frame *frame)
{
    size_t count = (size_t)frame->rows * (size_t)frame->columns;
    bool whole = screen.rows != frame->rows || screen.columns != frame->columns;

    if (whole) {
        struct frame_cell *cells = reallocarray(screen.cells, count, sizeof *cells);
        if (!cells)
            return false;
        screen.cells = cells;
        screen.rows = frame->rows;
        screen.columns = frame->columns;
    }
    for (size_t i = 0; i < count; i++) {
        const struct frame_cell *cell = &frame->cells[i];
        if ((!whole && is_same(cell, &screen.cells[i])) || !*cell->text)
            continue;
        put_cell((int)(i / (size_t)frame->columns), (int)(i % (size_t)frame->columns), cell);
    }
    memcpy(screen.cells, frame->cells, count * sizeof *screen.cells);
    curs_set(frame->cursor_row >= 0);
    if (frame->cursor_row >= 0)
        move(frame->cursor_row, frame->cursor_column);
    refresh();
    return true;
}

static bool take_mouse(struct screen_event *event)
{
    MEVENT mouse;

    if (getmouse(&mouse) != OK)
        return false;
    *event = (struct screen_event){0, mouse.y, mouse.x};
    if (mouse.bstate & BUTTON4_PRESSED)
        event->key = keycode_of_curses(KEY_UP);
    else if (mouse.bstate & BUTTON5_PRESSED)
        event->key = keycode_of_curses(KEY_DOWN);
    return true;
}

bool screen_next(struct screen_event *event)
{
    wint_t key;

    for (;;) {
        int kind = get_wch(&key);
        if (kind == ERR)
            return false;
        if (kind == KEY_CODE_YES && key == KEY_MOUSE) {
            if (take_mouse(event))
                return true;
            continue;
        }
        *event = (struct screen_event){0};
        event->key = kind == KEY_CODE_YES ? keycode_of_curses((int)key) : keycode_of_character(key);
        if (event->key)
            return true;
    }
}
