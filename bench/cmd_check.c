/* SPDX-License-Identifier: MIT */
/* virtlab check: is this result one to believe? */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/folders/check.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"
#include "common/table.h"

enum { KEY_JSON = 256, KEY_CSV, EXIT_CRIMES = 1 };

static void add_rows(struct table *table, const struct findings *findings, enum check_kind kind)
{
    size_t count = findings->of[kind].count;

    for (size_t i = 0; i < count && i < CHECK_SHOWN; i++) {
        table_add_row(table, 0);
        table_put_string(table, check_name(kind), i == 0 ? NULL : "");
        table_tone(table, check_is_crime(kind) ? TONE_BAD : TONE_WARN);
        table_put_bool(table, check_is_crime(kind), "");
        table_put_string(table, findings->of[kind].shown[i], NULL);
    }
    if (count > CHECK_SHOWN) {
        table_add_row(table, 0);
        table_put_string(table, check_name(kind), "");
        table_put_bool(table, check_is_crime(kind), "");
        char text[64];
        snprintf(text, sizeof text, _("and %zu more"), count - CHECK_SHOWN);
        table_put_string(table, text, NULL);
    }
    if (count > 0)
        table_note(table, check_name(kind), "%s", check_meaning(kind));
}

static struct table *make_table(const struct findings *findings, const char *dir)
{
    const struct table_column columns[] = {
        {"finding", _("finding"), TABLE_LEFT   },
        {"crime",   "",           TABLE_MACHINE},
        {"where",   _("where"),   TABLE_WRAP   },
    };
    struct table *table = table_new(_("What stands against these results"), dir);

    if (!table)
        return NULL;
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (enum check_kind kind = 0; kind < CHECK_KINDS; kind++)
        add_rows(table, findings, kind);
    table_note(table, "", _("crimes (true figures that mislead): %zu; the rest are remarks"),
               check_crimes(findings));
    return table;
}

static size_t count_all(const struct findings *findings)
{
    size_t count = 0;

    for (enum check_kind kind = 0; kind < CHECK_KINDS; kind++)
        count += findings->of[kind].count;
    return count;
}

static int print(const struct findings *findings, const char *dir, enum table_form form,
                 struct error *error)
{
    if (form == TABLE_TEXT && count_all(findings) == 0) {
        puts(_("nothing stands against these results"));
        return 0;
    }
    struct table *table = make_table(findings, dir);
    int result = table ? table_print(table, form, stdout, error)
                       : error_set(error, ENOMEM, _("there is no memory to show the findings"));
    table_free(table);
    return result;
}

static int check(const char *dir, enum table_form form, int *status, struct error *error)
{
    struct findings *findings = calloc(1, sizeof *findings);
    struct analysis analysis;

    if (!findings)
        return error_set_errno(error, ENOMEM, _("cannot check %s"), dir);
    int result = analysis_open(&analysis, dir, error);
    if (result == 0) {
        result = check_results(findings, dir, &analysis, error);
        if (result == 0)
            result = print(findings, dir, form, error);
        *status = check_crimes(findings) > 0 ? EXIT_CRIMES : 0;
        analysis_close(&analysis);
    }
    free(findings);
    return result;
}

static int run(const struct command_spec *command, int argc, char **argv, int *status,
               struct error *error)
{
    enum table_form form = TABLE_TEXT;
    struct option_parser parser;
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0)
        form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough, behind the options"));
    return check(parser.rest < argc ? argv[parser.rest] : "results/latest", form, status, error);
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_JSON, "json", NULL, _("print the findings as JSON")},
        {KEY_CSV,    "csv", NULL, _("print the findings as CSV")},
        {0       },
    };
    const struct command_spec command = {
        .name = "virtlab check",
        .synopsis = "[DIR]",
        .purpose = _("Check the format of a results folder, and name benchmarking crimes in it."),
        .options = options,
        .notes = _("Crimes are what makes true figures tell something false: too few runs, boxes "
                   "measured one\nafter the other, differences within the noise, missing runs "
                   "without a reason, mixed\nmachines. The exit status is 1 when there is one; "
                   "remarks, such as a drift, do not count."),
    };
    struct error error;
    int status = 0;

    int result = run(&command, argc, argv, &status, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : status;
}
