/* SPDX-License-Identifier: MIT */
/* virtlab claims: what is said of virtualization, and what the figures say to it. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/claims/claims.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"

enum { KEY_JSON = 256, KEY_CSV, KEY_CLAIMS, KEY_ALL };

struct request {
    const char *dir, *claims;
    char **ids; /* of the claims that are asked for; none: all */
    size_t id_count;
    bool all; /* with everything behind them */
    enum table_form form;
};

static int print_table(const struct claims *claims, const struct analysis *analysis,
                       const struct request *request, struct error *error)
{
    bool whole = request->all || request->id_count > 0 || request->form == TABLE_CSV;
    struct table *table = whole ? claims_table(claims, analysis, request->dir)
                                : claims_ledger(claims, analysis, request->form == TABLE_TEXT);
    int result = table ? table_print(table, request->form, stdout, error)
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
    if (result == 0 && request->id_count > 0)
        result = claims_keep(claims, request->ids, request->id_count, error);
    if (result == 0)
        result = analysis_open(&analysis, request->dir, error);
    if (result < 0)
        goto out;
    result = claims_judge(claims, &analysis, error);
    if (result == 0 && request->form == TABLE_JSON)
        claims_print_json(claims, &analysis, request->dir, stdout);
    else if (result == 0)
        result = print_table(claims, &analysis, request, error);
    analysis_close(&analysis);
out:
    claims_free(claims);
    free(claims);
    return result;
}

/* "C15", or "c15". A folder of that name is given as ./C15. */
static bool is_claim(const char *argument)
{
    return (argument[0] == 'C' || argument[0] == 'c') && isdigit((unsigned char)argument[1]) &&
           isdigit((unsigned char)argument[2]) && argument[3] == '\0';
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
        else if (key == KEY_ALL)
            request.all = true;
        else
            request.form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
    }
    if (key != OPTIONS_END)
        return key == OPTIONS_SHOWN ? 0 : key;
    if (parser.rest < argc && !is_claim(argv[parser.rest]))
        request.dir = argv[parser.rest++];
    request.ids = argv + parser.rest;
    request.id_count = (size_t)(argc - parser.rest);
    for (size_t i = 0; i < request.id_count; i++)
        if (!is_claim(request.ids[i]))
            return options_misuse(command, error, _("'%.40s' is no claim, such as C15"),
                                  request.ids[i]);
    return print_claims(&request, error);
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    const struct option_spec options[] = {
        {KEY_ALL,                                               "all", NULL, _("print everything behind all claims")},
        {KEY_JSON,                                                 "json", NULL, _("print the claims with all that is known as JSON")},
        {KEY_CSV,                                                     "csv", NULL, _("print the table as CSV")},
        {KEY_CLAIMS,"claims", "FILE", _("read the claims and their rules from FILE")},
        {0},
    };
    const struct command_spec command = {
        .name = "virtlab claims",
        .synopsis = "[DIR] [CLAIM...]",
        .purpose = _("Hold what is said of virtualization against a results folder "
                     "(results/latest)."),
        .options = options,
        .notes =
            _("With CLAIM, such as C15: its figures, intervals, rules and samples, and when the\n"
              "verdict would be another one. `virtlab bench all` measures what the claims need."),
    };
    struct error error;

    int result = run(&command, argc, argv, &error);
    if (result == 0)
        result = streams_finish(&error);
    return result < 0 ? error_report(&error, command.name) : 0;
}
