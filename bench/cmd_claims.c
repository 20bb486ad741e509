/* SPDX-License-Identifier: MIT */
/* virtlab claims: what is said of virtualization, and what the figures say to it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/claims/claims.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_CLAIMS };

struct request {
    const char *dir, *claims;
    enum table_form form;
};

static int print_table(const struct claims *claims, const struct analysis *analysis,
                       enum table_form form, struct error *error)
{
    struct table *table = claims_table(claims, analysis, form == TABLE_CSV);
    int result = table ? table_print(table, form, stdout, error)
                       : error_set(error, ENOMEM, _("there is no memory to show the claims"));

    table_free(table);
    return result;
}

static int print_claims(const struct request *request, struct error *error)
{
    struct claims *claims = calloc(1, sizeof *claims);
    struct analysis analysis;

    if (!claims)
        return error_set_errno(error, ENOMEM, "cannot read the claims");
    int result = claims_read(claims, request->claims, error);
    if (result == 0)
        result = analysis_open(&analysis, request->dir, error);
    if (result < 0)
        goto out;
    result = claims_judge(claims, &analysis, error);
    if (result == 0 && request->form == TABLE_JSON)
        claims_print_json(claims, &analysis, request->dir, stdout);
    else if (result == 0)
        result = print_table(claims, &analysis, request->form, error);
    analysis_close(&analysis);
out:
    claims_free(claims);
    free(claims);
    return result;
}

static int run(const struct command_spec *command, int argc, char **argv, struct error *error)
{
    struct request request = {.dir = "results/latest", .form = TABLE_TEXT};
    struct option_parser parser;
    int key;

    options_start(&parser, command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        if (key == KEY_CLAIMS)
            request.claims = parser.argument;
        else
            request.form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (argc - parser.rest > 1)
        return options_misuse(command, error, _("one folder is enough, behind the options"));
    if (parser.rest < argc)
        request.dir = argv[parser.rest];
    return print_claims(&request, error);
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_JSON, "json", NULL, _("print the claims with all that is known as JSON")},
        {KEY_CSV,    "csv", NULL, _("print the table as CSV")},
        {KEY_CLAIMS,        "claims", "FILE", _("read the claims and their rules from FILE")},
        {0},
    };
    const struct command_spec command = {
        .name = "virtlab claims",
        .synopsis = "[DIR]",
        .purpose = _("Hold what is said of virtualization against a results folder "
                     "(results/latest)."),
        .options = options,
        .notes = _("`virtlab bench all` measures what the claims need."),
    };
    struct error error;

    int result = run(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
