/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "bench/summary.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_MARKDOWN, KEY_HTML };

static int show(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    enum table_form form = TABLE_TEXT;
    struct option_parser parser;
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        switch (key) {
        case KEY_JSON:
            form = TABLE_JSON;
            break;
        case KEY_CSV:
            form = TABLE_CSV;
            break;
        case KEY_MARKDOWN:
            form = TABLE_MARKDOWN;
            break;
        case KEY_HTML:
            form = TABLE_HTML;
            break;
        }
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough"));
    return summary_print(parser.rest < argc ? argv[parser.rest] : "results/latest", form, stdout,
                         error);
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_JSON,                                    "json", NULL, _("print everything that is known as JSON")},
        {KEY_CSV,                                       "csv", NULL, _("print everything that is known as CSV")},
        {KEY_MARKDOWN,                                           "markdown", NULL, _("print the tables as Markdown")},
        {KEY_HTML,"html", NULL, _("print the tables as HTML")},
        {0},
    };
    const struct command_spec command = {
        .name = "virtlab show",
        .synopsis = "[DIR]",
        .purpose = _("Print the tables of a results folder (results/latest) again."),
        .options = options,
    };
    struct error error;

    int result = show(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
