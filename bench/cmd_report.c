/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>

#include "bench/report/report.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_LANG = 256 };

static int report(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    char notice[512];

    struct plot_options plots_wanted = {.paper = true};
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        if (!i18n_choose(parser.argument))
            return options_misuse(command, error, _("--lang takes en or ko, not '%.20s'"),
                                  parser.argument);
        plots_wanted.korean = strcmp(parser.argument, "ko") == 0;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough, behind the options"));

    const char *dir = parser.rest < argc ? argv[parser.rest] : "results/latest";
    int result = report_write_notice(dir, &plots_wanted, notice, sizeof notice, error);
    if (result < 0)
        return result;
    text_print_clean(stdout, dir);
    fputs("/report.html\n", stdout);
    text_print_clean(stdout, dir);
    fputs("/summary.md\n", stdout);
    if (*notice) {
        fputs("virtlab report: ", stderr);
        text_print_clean(stderr, notice);
        fputc('\n', stderr);
    }
    return 0;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_LANG, "lang", "LANG", _("write it in this language: en or ko")},
        {0 },
    };
    const struct command_spec command = {
        .name = "virtlab report",
        .synopsis = "[DIR]",
        .purpose = _("Write the report of a results folder (results/latest) again."),
        .options = options,
        .notes = _("report.html needs no other file; summary.md has the tables in short."),
    };
    struct error error;

    int result = report(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
