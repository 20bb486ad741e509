/* SPDX-License-Identifier: MIT */
/* virtlab diff: has anything become slower, larger or faster between two runs? */
#include <errno.h>
#include <stdio.h>

#include "bench/folders/diff.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_ALL };

static void warn(void *context, const char *sentence)
{
    fprintf(stderr, "virtlab diff: %s: ", (const char *)context);
    text_print_clean(stderr, sentence);
    fputc('\n', stderr);
}

static int print(const struct analysis *old, const struct analysis *new, enum table_form form,
                 bool all, struct error *error)
{
    struct differences differences;
    char old_name[] = "OLD", new_name[] = "NEW";
    int result = diff_make(&differences, old, new, all, error);

    if (result < 0)
        return result;
    analysis_warn(old, warn, old_name);
    analysis_warn(new, warn, new_name);
    struct table *table = diff_table(&differences, old, new);
    result = table ? table_print(table, form, stdout, error)
                   : error_set(error, ENOMEM, _("there is no memory to show the samples"));
    table_free(table);
    diff_free(&differences);
    return result;
}

static int run(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    struct analysis old, new;
    enum table_form form = TABLE_TEXT;
    bool all = false;
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        if (key == KEY_ALL)
            all = true;
        else
            form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest != 2)
        return options_misuse(command, error, _("name two results folders, the old one first"));
    int result = analysis_open(&old, argv[parser.rest], error);
    if (result < 0)
        return result;
    result = analysis_open(&new, argv[parser.rest + 1], error);
    if (result == 0) {
        result = print(&old, &new, form, all, error);
        analysis_close(&new);
    }
    analysis_close(&old);
    return result;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_ALL, "all", NULL, _("also what the comparison does not show")},
        {KEY_JSON,   "json", NULL, _("print the table as JSON")},
        {KEY_CSV,       "csv", NULL, _("print the table as CSV")},
        {0},
    };
    const struct command_spec command = {
        .name = "virtlab diff",
        .synopsis = "OLD NEW",
        .purpose = _("Compare two results folders, figure by figure."),
        .options = options,
        .notes = _("A difference is one only where the whole interval of the ratio lies outside "
                   "the noise\nfloor of both runs; everything else has a '~'."),
    };
    struct error error;

    int result = run(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
