/* SPDX-License-Identifier: MIT */
/* virtlab bench: one experiment or all of them, with peers and bursts. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "bench/process/guard.h"
#include "bench/run.h"
#include "common/i18n.h"
#include "common/streams.h"
#include "common/table.h"

enum { KEY_PEERS = RUN_OWN_KEYS, KEY_BURST, KEY_LIST };

static const struct option_spec options[] = {
    {KEY_LIST, "list", NULL, N_("list the experiments")},
    {KEY_PEERS,    "peers", NULL, N_("other tools, of peers.conf, take part")},
    {KEY_BURST,        "burst", NULL, N_("run after run without the pause of 40 ms")},
    RUN_OPTIONS,
    {0},
};

static const struct command_spec command = {
    .name = "virtlab bench",
    .synopsis = "EXPERIMENT|all [OPTION...] [[--] PROGRAM [ARG...]]",
    .purpose = N_("Run one experiment, or all of them, and print what they show."),
    .options = options,
    .notes = N_("Options may stand before and behind EXPERIMENT. PROGRAM is for the experiments "
                "'program'\nand 'peak'; all but 'program' are what 'all' runs, into one results "
                "folder."),
};

static int list_experiments(const struct run_request *request, struct error *error)
{
    static const struct table_column columns[] = {
        {"experiment", "", TABLE_LEFT},
        {"purpose",    "", TABLE_WRAP},
    };
    struct table *table = table_new(NULL, NULL);

    if (!table)
        return error_set_errno(error, ENOMEM, "cannot list the experiments");
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; experiments[i]; i++) {
        table_add_row(table, 0);
        table_put_string(table, experiments[i]->name, NULL);
        table_put_string(table, _(experiments[i]->purpose), NULL);
    }
    int result = table_print(table, request->form, stdout, error);
    table_free(table);
    return result < 0 ? result : OPTIONS_SHOWN;
}

/* Every experiment that needs no program. */
static void add_all(struct run_request *request)
{
    for (size_t i = 0; experiments[i]; i++)
        if (experiments[i] != &experiment_program)
            run_add(request, experiments[i]);
}

struct parsed {
    struct run_request *request;
    bool list;
};

/* Options up to the first word that is none; *rest becomes its place. */
static int parse_options(struct parsed *parsed, int argc, char **argv, int *rest,
                         struct error *error)
{
    struct option_parser parser;
    int key, result = 0;

    options_start(&parser, &command, argc, argv);
    while (result == 0 && (key = options_next(&parser, error)) != OPTIONS_END) {
        if (key < 0)
            result = key;
        else if (key == KEY_PEERS)
            parsed->request->peers = true;
        else if (key == KEY_BURST)
            parsed->request->burst = true;
        else if (key == KEY_LIST)
            parsed->list = true;
        else
            result = run_take_option(parsed->request, &command, key, parser.argument, error);
    }
    *rest = parser.rest;
    return result;
}

static int parse(struct run_request *request, int argc, char **argv, struct error *error)
{
    struct parsed parsed = {.request = request};
    int name, rest;

    run_request_start(request, argv);
    int result = parse_options(&parsed, argc, argv, &name, error);
    if (result < 0)
        return result;
    if (parsed.list)
        return list_experiments(request, error);
    if (name == argc)
        return options_misuse(&command, error, _("which experiment? --list names them"));
    bool all = strcmp(argv[name], "all") == 0;
    const struct experiment *experiment = all ? NULL : experiment_find(argv[name]);
    if (!all && !experiment)
        return options_misuse(&command, error,
                              _("there is no experiment '%.80s'; --list names them"), argv[name]);
    /* The word at `name` stands where the parser expects the command's own name. */
    result = parse_options(&parsed, argc - name, argv + name, &rest, error);
    if (result < 0)
        return result;
    if (parsed.list)
        return list_experiments(request, error);
    rest += name;
    if (rest < argc)
        request->program = argv + rest;
    bool takes_program = experiment == &experiment_program || experiment == &experiment_peak;
    if (request->program && !takes_program)
        return options_misuse(
            &command, error,
            _("the experiment '%s' takes no program; 'virtlab compare' measures one of yours"),
            argv[name]);
    if (!request->program && experiment == &experiment_program)
        return options_misuse(&command, error, _("which program? put it behind the options"));
    request->name = argv[name];
    if (all)
        add_all(request);
    else
        run_add(request, experiment);
    return 0;
}

static int work(const struct scratch *scratch, int argc, char **argv)
{
    return run_command(&command, parse, scratch, argc, argv);
}

int main(int argc, char **argv)
{
    streams_start();
    i18n_start();
    return guard_run(command.name, argc, argv, work);
}
