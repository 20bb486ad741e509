/* SPDX-License-Identifier: MIT */
/* virtlab doctor: what this machine can do, what is missing, and what mends it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/doctor/doctor.h"
#include "common/i18n.h"
#include "common/options.h"
#include "common/streams.h"

enum { KEY_JSON = 256, KEY_CSV };

static const struct option_spec options[] = {
    {KEY_JSON, "json", NULL, N_("print an array of objects, one for each finding")},
    {KEY_CSV,    "csv", NULL, N_("print comma-separated values")},
    {0       },
};

static const struct command_spec command = {
    .name = "virtlab doctor",
    .synopsis = "",
    .purpose = N_("Say what this machine can do, what is missing, and what mends it."),
    .options = options,
    .notes = N_("The exit status is 0 whatever is missing; 125 when the question was wrong or the\n"
                "answer could not be written."),
};

static int examine(enum table_form form, struct error *error)
{
    struct findings *findings = calloc(1, sizeof *findings);

    if (!findings)
        return error_set_errno(error, ENOMEM, "cannot examine this machine");
    doctor_processor(findings);
    doctor_hypervisor(findings);
    doctor_kvm(findings);
    doctor_kernel(findings);
    doctor_privileges(findings);
    doctor_namespaces(findings);
    doctor_cgroups(findings);
    doctor_programs(findings);
    doctor_terminal(findings);
    doctor_space(findings);
    int result = findings_print(findings, form, stdout, error);
    free(findings);
    return result;
}

static int run(int argc, char **argv, struct error *error)
{
    enum table_form form = TABLE_TEXT;
    struct option_parser parser;
    int key;

    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, error)) >= 0 && key != OPTIONS_END)
        form = key == KEY_JSON ? TABLE_JSON : TABLE_CSV;
    if (key == OPTIONS_SHOWN)
        return 0;
    if (key == OPTIONS_ERROR)
        return -EINVAL;
    if (parser.rest < argc)
        return options_misuse(&command, error, _("'%s' is one word too many"), argv[parser.rest]);
    return examine(form, error);
}

int main(int argc, char **argv)
{
    struct error error;

    streams_start();
    i18n_start();
    if (run(argc, argv, &error) < 0 || streams_finish(&error) < 0)
        return error_report(&error, command.name);
    return 0;
}
