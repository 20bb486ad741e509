/* SPDX-License-Identifier: MIT */
/* virtlab merge: the results of a class in one folder. */
#include <stdio.h>

#include "bench/folders/merge.h"
#include "bench/report/report.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/text.h"

enum { KEY_OUT = 256 };

static void notice(const char *sentence)
{
    fputs("virtlab merge: ", stderr);
    text_print_clean(stderr, sentence);
    fputc('\n', stderr);
}

static int run(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    char folder[FOLDER_PATH_MAX];
    const char *out = "results";
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0)
        out = parser.argument;
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    size_t count = (size_t)(argc - parser.rest);
    if (count < 2)
        return options_misuse(command, error, _("name two results folders or more"));
    if (count > MERGE_SOURCES_MAX)
        return options_misuse(command, error, _("at most %d folders can be merged"),
                              MERGE_SOURCES_MAX);
    int result = merge(folder, out, argv + parser.rest, count, argv, notice, error);
    if (result < 0)
        return result;
    text_print_clean(stdout, folder);
    fputc('\n', stdout);
    return 0;
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_OUT, "out", "DIR", _("where the new folder is made; ./results without")},
        {0 },
    };
    const struct command_spec command = {
        .name = "virtlab merge",
        .synopsis = "DIR DIR...",
        .purpose = _("Pool the results of several runs by machine, in a new folder."),
        .options = options,
        .notes = _("Runs of one machine become one; those of different machines stay apart, each "
                   "with\nits own rows. The folders that are named stay as they are. What is "
                   "printed is the name\nof the new one, for 'virtlab show' and 'virtlab "
                   "report'."),
    };
    struct error error;

    int result = run(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
