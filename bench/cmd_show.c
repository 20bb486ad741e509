/* SPDX-License-Identifier: MIT */
#include <stdio.h>

#include "bench/analysis/analysis.h"
#include "bench/tables/summary.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_MARKDOWN, KEY_HTML };

static void warn(void *context, const char *sentence)
{
    fprintf(context, "virtlab show: ");
    text_print_clean(context, sentence);
    fputc('\n', context);
}

static int print(const char *dir, enum table_form form, struct error *error)
{
    struct analysis analysis;
    int result = analysis_open(&analysis, dir, error);

    if (result < 0)
        return result;
    /* Tables for people have notes; programs want nothing but the data on standard output. */
    if (form == TABLE_CSV || form == TABLE_JSON)
        analysis_warn(&analysis, warn, stderr);
    result = summary_print_analysis(&analysis, form, stdout, error);
    analysis_close(&analysis);
    return result;
}

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
        return options_misuse(command, error, _("one folder is enough, behind the options"));
    return print(parser.rest < argc ? argv[parser.rest] : "results/latest", form, error);
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
