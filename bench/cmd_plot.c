/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench/report/plot.h"
#include "bench/results/whole_file.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/table.h"
#include "common/text.h"

enum { KEY_TEXT = 256, KEY_LANG, KEY_SLIDES };

static void print_drawn(const struct plot_outcome *outcome, const char *dir)
{
    for (size_t i = 0; i < PLOTS; i++) {
        if (!outcome->drawn[i])
            continue;
        text_print_clean(stdout, dir);
        printf("/plots/%s.svg, .pdf, .png\n", plots[i].name);
    }
}

static int draw(const struct analysis *analysis, const char *dir,
                const struct plot_options *options, struct error *error)
{
    struct plot_outcome outcome;
    bool any = false;
    int folder = whole_file_folder(-1, dir, error);

    if (folder < 0)
        return folder;
    int result = plot_write(analysis, options, folder, &outcome, error);
    close(folder);
    if (result < 0)
        return result;
    print_drawn(&outcome, dir);
    for (size_t i = 0; i < PLOTS; i++)
        any = any || outcome.drawn[i];
    if (*outcome.notice) {
        fputs("virtlab plot: ", stderr);
        text_print_clean(stderr, outcome.notice);
        fputc('\n', stderr);
    }
    if (*outcome.notice && !any)
        plot_print_text(analysis, stdout, TABLE_WIDTH);
    return 0;
}

static int plot(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    struct analysis analysis;
    struct plot_options plots_wanted = {.paper = true};
    bool text = false;
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        text = text || key == KEY_TEXT;
        plots_wanted.slides = plots_wanted.slides || key == KEY_SLIDES;
        if (key == KEY_LANG && !i18n_choose(parser.argument))
            return options_misuse(command, error, _("--lang takes en or ko, not '%.20s'"),
                                  parser.argument);
        if (key == KEY_LANG)
            plots_wanted.korean = strcmp(parser.argument, "ko") == 0;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough, behind the options"));

    const char *dir = parser.rest < argc ? argv[parser.rest] : "results/latest";
    int result = analysis_open(&analysis, dir, error);
    if (result < 0)
        return result;
    if (text)
        plot_print_text(&analysis, stdout, TABLE_WIDTH);
    else
        result = draw(&analysis, dir, &plots_wanted, error);
    analysis_close(&analysis);
    return result;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_TEXT, "text", NULL, _("print the plots as text and write no file")},
        {KEY_LANG,    "lang", "LANG", _("label the plots in this language: en or ko")},
        {KEY_SLIDES,        "slides", NULL,
         _("for a wall: larger letters, and the main rows and boxes only")},
        {0},
    };
    const struct command_spec command = {
        .name = "virtlab plot",
        .synopsis = "[DIR]",
        .purpose = _("Draw the plots of a results folder (results/latest) again."),
        .options = options,
        .notes = _("They go to DIR/plots, as SVG, PDF and PNG, beside the data that they are drawn "
                   "from.\nWithout gnuplot they are printed as text."),
    };
    struct error error;

    int result = plot(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
