/* SPDX-License-Identifier: MIT */
/* virtlab compare: one program in every kind of box, side by side. */
#include <stdio.h>

#include "bench/process/guard.h"
#include "bench/run.h"
#include "common/i18n.h"
#include "common/streams.h"

static const struct option_spec options[] = {RUN_OPTIONS, {0}};

static const struct command_spec command = {
    .name = "virtlab compare",
    .synopsis = "[[--] PROGRAM [ARG...]]",
    .purpose = N_("Run one unmodified program in every kind of box and compare what it costs."),
    .options = options,
    .notes = N_("Without PROGRAM, the built-in workloads are measured. A PROGRAM must be a static "
                "x86-64\nexecutable to run in the VM; its output and exit status must be the same "
                "everywhere,\nelse the exit status is 1."),
};

static const struct experiment *const without_program[] = {
    &experiment_startup,
    &experiment_overhead,
    &experiment_footprint,
    &experiment_peak,
    &experiment_harness,
    &experiment_escape,
    NULL,
};
static const struct experiment *const with_program[] = {
    &experiment_program,
    &experiment_peak,
    &experiment_harness,
    NULL,
};

static int parse(struct run_request *request, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    int key;

    run_request_start(request, argv);
    request->name = "compare";
    request->brief = true;
    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        int result = run_take_option(request, &command, key, parser.argument, error);
        if (result < 0)
            return result;
    }
    if (key != OPTIONS_END)
        return key;
    if (parser.rest < argc)
        request->program = argv + parser.rest;
    const struct experiment *const *chosen = request->program ? with_program : without_program;
    for (; *chosen; chosen++)
        run_add(request, *chosen);
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
