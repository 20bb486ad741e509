/* SPDX-License-Identifier: MIT */
#include "tui/layout/keys.h"

#include <stdio.h>
#include <string.h>

#include "common/i18n.h"
#include "tui/layout/theme_names.h"
#include "tui/model/pages.h"

const struct binding bindings[] = {
    {ACTION_HELP,
     {KEY_FUNCTION + 1, '?', 'h'},
     "F1 ? h",                                                     "help",
     NULL,                                                                                   N_("Help"),
     N_("this help")                                                                                                                                                                   },
    {ACTION_LIVE,
     {KEY_FUNCTION + 2, 'v'},
     "F2 v",                                                       "live",
     N_("[on|off]"),
     N_("Live"),
     N_("begin or end live neighbours; there, arrows choose what Enter or space starts and stops")                                                                                     },
    {ACTION_SEARCH,
     {KEY_FUNCTION + 3, '/'},
     "F3 /",                                                       "search",
     N_("TEXT"),
     N_("Search"),
     N_("look for a text in the rows; while it is typed, F3 goes to the next")                                                                                                         },
    {ACTION_FILTER,
     {KEY_FUNCTION + 4, '\\'},
     "F4 \\",                                                      "filter",
     N_("TEXT"),
     N_("Filter"),
     N_("show only rows that have a text; an empty one shows all")                                                                                                                     },
    {ACTION_RUN,
     {KEY_FUNCTION + 5, 'r'},
     "F5 r",                                                       "run",
     N_("EXPERIMENT [OPTION...]"),
     N_("Run"),
     N_("measure: start virtlab bench in a process of its own; in Exits, a machine")                                                                                                   },
    {ACTION_SORT,
     {KEY_FUNCTION + 6, 's'},
     "F6 s",                                                       "sort",
     NULL,                                                                                   N_("Sort"),
     N_("sort by the column under the cursor: up, down, not at all")                                                                                                                   },
    {ACTION_START,
     {0},
     NULL,                                                         "start",
     N_("NAME"),
     NULL,                                                                                                 N_("live: have this antagonist beside every victim (cpu, memory, cache, fork, disk, "
        "network)")                                                                                                                                                          },
    {ACTION_LIMITS,
     {KEY_FUNCTION + 7, 'i'},
     "F7 i",                                                       "limits",
     N_("[on|off]"),
     NULL,                                                                                                 N_("live: give every tenant its limits, or take them away")                 },
    {ACTION_EXPORT,
     {KEY_FUNCTION + 8, 'e'},
     "F8 e",                                                       "export",
     NULL,                                                                                   N_("Export"),
     N_("write the report of these results")                                                                                                                                           },
    {ACTION_PAUSE,
     {' '},
     N_("space"),
     "pause",                                                                  NULL,
     NULL,                                                                                                 N_("pause the run or the replay, in Exits hold the record, and go on")      },
    {ACTION_STOP,
     {KEY_FUNCTION + 9, 'x'},
     "F9 x",                                                       "stop",
     N_("[NAME]"),
     NULL,                                                                                                 N_("stop the run, or the machine in Exits; what was measured is kept. Live: one "
        "antagonist, or all")                                                                                                                                                },
    {ACTION_UP,
     {KEY_ARROW_UP, 'k'},
     N_("arrows hjkl"),
     NULL,                                                                     NULL,
     NULL,                                                                                                 N_("move; where there is no more left, h is help")                          },
    {ACTION_DOWN,            {KEY_ARROW_DOWN, 'j'},     NULL,      NULL,       NULL,         NULL,         NULL                                                                        },
    {ACTION_LEFT,            {KEY_ARROW_LEFT},          NULL,      NULL,       NULL,         NULL,         NULL                                                                        },
    {ACTION_RIGHT,           {KEY_ARROW_RIGHT, 'l'},    NULL,      NULL,       NULL,         NULL,         NULL                                                                        },
    {ACTION_PAGE_UP,
     {KEY_PAGE_UP, 'b' & 31},
     N_("PgUp PgDn"),
     NULL,                                                                     NULL,
     NULL,                                                                                                 N_("a page up or down")                                                     },
    {ACTION_PAGE_DOWN,       {KEY_PAGE_DOWN, 'f' & 31}, NULL,      NULL,       NULL,         NULL,         NULL                                                                        },
    {ACTION_TOP,
     {KEY_TO_TOP, 'g'},
     N_("Home End g G"),
     NULL,                                                                     NULL,
     NULL,                                                                                                 N_("to the first or the last row")                                          },
    {ACTION_END,             {KEY_TO_END, 'G'},         NULL,      NULL,       NULL,         NULL,         NULL                                                                        },
    {ACTION_SCREEN,          {0},                       "1-9",     "screen",   N_("NAME"),   NULL,         N_("go to a screen")                                                        },
    {ACTION_NEXT_SCREEN,     {KEY_TABULATOR},           N_("Tab"), "next",     NULL,         NULL,         N_("the next screen")                                                       },
    {ACTION_PREVIOUS_SCREEN,
     {KEY_BACK_TAB},
     N_("Shift-Tab"),
     "previous",                                                               NULL,
     NULL,                                                                                                 N_("the screen before")                                                     },
    {ACTION_ENTER,
     {KEY_RETURN},
     N_("Enter"),
     "explain",                                                                NULL,
     NULL,                                                                                                 N_("explain what is under the cursor; in Results, open the run")            },
    {ACTION_RATIOS,
     {'t'},
     "t",                                                          "ratios",
     NULL,                                                                                   NULL,
     N_("values, or times what a native process needs")                                                                                                                                },
    {ACTION_SEARCH_NEXT,     {'n'},                     "n",       "again",    NULL,         NULL,         N_("look for the text again")                                               },
    {ACTION_MARK,
     {'m', KEY_INSERT},
     "m",                                                          "mark",
     NULL,                                                                                   NULL,
     N_("in Results: mark a run, to compare two")                                                                                                                                      },
    {ACTION_DIFF,            {'d'},                     "d",       "diff",     NULL,         NULL,         N_("in Results: compare the two marked runs")                               },
    {ACTION_PLOT,
     {'o'},
     "o",                                                          "plot",
     NULL,                                                                                   NULL,
     N_("draw the plots, and open this screen's in a window, or all as text")                                                                                                          },
    {ACTION_OPEN,            {0},                       NULL,      "open",     N_("FOLDER"), NULL,         N_("show other results")                                                    },
    {ACTION_STEP_BACK,
     {'['},
     "[",                                                          "back",
     N_("[N]"),
     NULL,                                                                                                 N_("in Exits: an exit back, and stay there; then arrows and hjkl do so too")},
    {ACTION_STEP_ON,         {']'},                     "]",       "forward",  N_("[N]"),    NULL,         N_("in Exits: an exit on")                                                  },
    {ACTION_LEAP_BACK,
     {'{'},
     "{",                                                          NULL,
     NULL,                                                                                   NULL,
     N_("in Exits: a hundredth of the record back")                                                                                                                                    },
    {ACTION_LEAP_ON,         {'}'},                     "}",       NULL,       NULL,         NULL,         N_("in Exits: a hundredth of the record on")                                },
    {ACTION_TRACE,
     {0},
     NULL,                                                         "trace",
     N_("PROGRAM [ARG...]"),
     NULL,                                                                                                 N_("in Exits: run a workload with so many turns, or a program, in a virtual machine that is "
        "recorded")                                                                                                                                                          },
    {ACTION_TIMELINE,
     {0},
     NULL,                                                         "timeline",
     N_("FILE"),
     NULL,                                                                                                 N_("in Exits: show this record, also while it grows")                       },
    {ACTION_THEME,
     {'c'},
     "c",                                                          "theme",
     N_("[NAME]"),
     NULL,                                                                                                 N_("colours: dark, light, mono; without a name the next")                   },
    {ACTION_COMMAND,
     {':'},
     ":",                                                          NULL,
     NULL,                                                                                   NULL,
     N_("a command line: every action by its name; Tab completes")                                                                                                                     },
    {ACTION_REDRAW,          {'l' & 31},                "Ctrl-L",  "redraw",   NULL,         NULL,         N_("draw the whole screen anew")                                            },
    {ACTION_QUIT,            {KEY_FUNCTION + 10, 'q'},  "F10 q",   "quit",     NULL,         N_("Quit"),   N_("leave")                                                                 },
};
const size_t bindings_count = sizeof bindings / sizeof *bindings;

const struct binding *binding_of_key(int key)
{
    for (size_t i = 0; key && i < bindings_count; i++)
        for (size_t j = 0; j < BINDING_KEYS_MAX; j++)
            if (bindings[i].keys[j] == key)
                return &bindings[i];
    return NULL;
}

const struct binding *binding_of_command(const char *name, size_t length)
{
    const struct binding *found = NULL;

    for (size_t i = 0; length > 0 && i < bindings_count; i++) {
        const char *command = bindings[i].command;
        if (!command || strncmp(command, name, length) != 0)
            continue;
        if (strlen(command) == length)
            return &bindings[i];
        if (found)
            return NULL;
        found = &bindings[i];
    }
    return found;
}

/* The line at the bottom while neighbours are live. */
static const struct {
    enum action action;
    const char *label;
} live_line[] = {
    {ACTION_HELP,   N_("Help")    },
    {ACTION_LIVE,   N_("End live")},
    {ACTION_ENTER,  N_("On/off")  },
    {ACTION_LIMITS, N_("Limits")  },
    {ACTION_STOP,   N_("All off") },
    {ACTION_QUIT,   N_("Quit")    },
};

static const struct binding *binding_of_action(enum action action)
{
    for (size_t i = 0; i < bindings_count; i++)
        if (bindings[i].action == action)
            return &bindings[i];
    return NULL;
}

const struct binding *binding_at_bottom(size_t number, bool neighbours, const char **label)
{
    if (neighbours) {
        if (number >= sizeof live_line / sizeof *live_line)
            return NULL;
        *label = _(live_line[number].label);
        return binding_of_action(live_line[number].action);
    }
    for (size_t i = 0; i < bindings_count; i++) {
        if (bindings[i].label && number-- == 0) {
            *label = _(bindings[i].label);
            return &bindings[i];
        }
    }
    return NULL;
}

/* What can stand behind a command, one after the other; NULL at the end. */
static const char *argument_of(enum action action, size_t number)
{
    static const char *const experiments[] = {"all",     "startup", "overhead",   "footprint",
                                              "escape",  "limits",  "neighbours", "faults",
                                              "density", "image",   "vcores",     "syscalls"};
    static const char *const antagonists[] = {"cpu", "memory", "cache", "fork", "disk", "network"};

    if (action == ACTION_START || action == ACTION_STOP)
        return number < sizeof antagonists / sizeof *antagonists ? antagonists[number] : NULL;
    if (action == ACTION_LIVE || action == ACTION_LIMITS)
        return number < 2 ? (number == 0 ? "on" : "off") : NULL;
    if (action == ACTION_SCREEN)
        return number < page_kinds_count ? page_kinds[number].name : NULL;
    if (action == ACTION_THEME)
        return number < THEMES ? theme_names[number] : NULL;
    if (action == ACTION_RUN)
        return number < sizeof experiments / sizeof *experiments ? experiments[number] : NULL;
    return NULL;
}

bool binding_complete(const char *line, size_t number, char *completed, size_t size)
{
    size_t length = strcspn(line, " ");

    if (line[length] == '\0') {
        for (size_t i = 0; i < bindings_count; i++)
            if (bindings[i].command && strncmp(bindings[i].command, line, length) == 0 &&
                number-- == 0)
                return snprintf(completed, size, "%s%s", bindings[i].command,
                                bindings[i].argument ? " " : "") > 0;
        return false;
    }
    const struct binding *binding = binding_of_command(line, length);
    const char *part = line + length + strspn(line + length, " "), *argument;
    for (size_t i = 0; binding && (argument = argument_of(binding->action, i)); i++)
        if (strncmp(argument, part, strlen(part)) == 0 && number-- == 0)
            return snprintf(completed, size, "%s %s", binding->command, argument) > 0;
    return false;
}
