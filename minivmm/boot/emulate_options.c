/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/emulate_options.h"

#include <errno.h>
#include <stddef.h>

/* clang-format off */
static const struct option_spec options[] = {
    {COMMAND_LINE_GUEST, "guest", "debian|small", "the guest system (default small, or what has been made)"},
    {COMMAND_LINE_APPEND, "append", "TEXT", "words that are added to the kernel's command line"},
    {'m', "mem", "BYTES", "the guest's RAM, such as 128M or 2G (default 256M)"},
    {'c', "cpus", "N", "how many processors the guest has (default 1)"},
    {'t', "timeout", "SECONDS", "end the machine after this time, with status 124"},
    {'f', "file", "GUEST=HOST", "let PROGRAM find a copy of the host's file HOST at GUEST"},
    {'e', "env", "NAME=VALUE", "set a variable of PROGRAM's environment"},
    {0},
};
/* clang-format on */

static const struct command_spec command = {
    .name = "minivmm emulate",
    .synopsis = "[--] PROGRAM [ARG...]",
    .purpose =
        "Run a static x86-64 program in a Linux guest on an emulated processor (QEMU's TCG).\n"
        "It runs on machines without KVM too, and its times say nothing about real ones.",
    .options = options,
    .notes =
        "The exit status is the program's own; 124: timed out, 125: minivmm, QEMU or the guest\n"
        "failed, 126: the program cannot be executed, 127: it was not found, 128+N: ended by\n"
        "signal N.",
};

int emulate_options_parse(struct emulate_request *request, int argc, char **argv,
                          struct error *error)
{
    struct option_parser parser;
    int key;

    command_line_start(&request->line, &command, EMULATE_MEMORY_MIN);
    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        int result = command_line_set(&request->line, key, parser.argument, error);
        if (result < 0)
            return result;
    }
    if (key != OPTIONS_END)
        return key;
    if (parser.rest == argc)
        return options_misuse(&command, error, "which program?");
    request->argv = argv + parser.rest;
    return 0;
}
