/* SPDX-License-Identifier: MIT */
/* minivmm run: the life of a machine, as the command line asks for it. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "common/exitcode.h"
#include "common/observer.h"
#include "common/options.h"
#include "common/stages.h"
#include "common/text.h"
#include "minivmm/command_line.h"
#include "minivmm/commands.h"
#include "minivmm/minivmm.h"

enum { KEY_PAGES = COMMAND_LINE_KEYS };

/* clang-format off */
static const struct option_spec options[] = {
    {'m', "mem", "BYTES", "guest memory, such as 64M or 2G (default 256M)"},
    {'t', "timeout", "SECONDS", "stop the program after this time, with status 124"},
    {'f', "file", "GUEST=HOST", "let the program read the host's file HOST under the name GUEST"},
    {'e', "env", "NAME=VALUE", "set a variable of the program's environment"},
    {KEY_PAGES, "pages", "auto|4k|2m",
     "page size of anonymous memory; auto: 4k, and 2m where the program asks by madvise(2)"},
    {COMMAND_LINE_TIMELINE, "timeline", "FILE", "write stages, exits and system calls as trace events"},
    {COMMAND_LINE_EXPLAIN, "explain", NULL, "tell the life of the machine on stderr while it happens"},
    {COMMAND_LINE_STATS, "stats", NULL, "print exits by reason and system calls, with times, on stderr"},
    {0},
};
/* clang-format on */

static const struct command_spec command = {
    .name = "minivmm run",
    .synopsis = "[--] PROGRAM [ARG...]",
    .purpose =
        "Run an unmodified static x86-64 Linux program of one thread at ring 3 of a KVM guest.",
    .options = options,
    .notes = "The exit status is the program's own; 124: timed out, 125: minivmm failed, 126: the\n"
             "program cannot be executed, 127: it was not found, 128+N: ended by signal N.",
};

struct request {
    struct minivmm_config config;
    struct command_line line;
    char **argv; /* the program's, ended by NULL */
};

static int set_pages(struct request *request, const char *pages, struct error *error)
{
    if (strcmp(pages, "auto") == 0)
        request->config.pages = MINIVMM_PAGES_AUTO;
    else if (strcmp(pages, "4k") == 0)
        request->config.pages = MINIVMM_PAGES_4K;
    else if (strcmp(pages, "2m") == 0)
        request->config.pages = MINIVMM_PAGES_2M;
    else
        return options_misuse(&command, error, "--pages '%s' is none of auto, 4k, 2m", pages);
    return 0;
}

/* Returns 0, OPTIONS_SHOWN, or a negative errno with error filled. */
static int parse(struct request *request, int argc, char **argv, struct error *error)
{
    struct option_parser parser;
    int key, result;

    *request = (struct request){0};
    command_line_start(&request->line, &command, MINIVMM_MEMORY_MIN);
    options_start(&parser, &command, argc, argv);
    while ((key = options_next(&parser, error)) > 0) {
        result = key == KEY_PAGES ? set_pages(request, parser.argument, error)
                                  : command_line_set(&request->line, key, parser.argument, error);
        if (result < 0)
            return result;
    }
    if (key != OPTIONS_END)
        return key;
    if (parser.rest == argc)
        return options_misuse(&command, error, "which program?");
    request->argv = argv + parser.rest;
    request->config = (struct minivmm_config){.pages = request->config.pages,
                                              .memory_bytes = request->line.memory_bytes,
                                              .timeout_ns = request->line.timeout_ns,
                                              .files = request->line.files,
                                              .files_count = request->line.files_count,
                                              .measure = request->line.stats};
    return 0;
}

/* Tell about the end in one line where there is something to tell; the exit status. */
static int report(const struct minivmm_outcome *outcome, const char *program)
{
    int status = outcome->status;
    struct error told = {.exit_status = 0};

    if (outcome->end == MINIVMM_TIMED_OUT)
        status = EXIT_TIMED_OUT;
    else if (outcome->end == MINIVMM_SIGNALLED)
        status = EXIT_SIGNAL_BASE + outcome->status;
    if (outcome->end == MINIVMM_TIMED_OUT)
        error_set(&told, ETIMEDOUT, "%s: stopped by --timeout%s%s", program,
                  outcome->report[0] ? "; " : "", outcome->report);
    else if (outcome->report[0] && outcome->end == MINIVMM_SIGNALLED)
        error_set(&told, EFAULT, "%s: %s: %s", program, strsignal(outcome->status),
                  outcome->report);
    else if (outcome->end == MINIVMM_SIGNALLED && outcome->status != SIGPIPE)
        error_set(&told, EINTR, "%s: %s", program, strsignal(outcome->status));
    else if (outcome->report[0])
        error_set(&told, ENOSYS, "%s: %s", program, outcome->report);
    if (told.text[0])
        error_report(&told, "minivmm");
    return status;
}

/* Before the guest's first instruction: give up what we shall not need again. */
static int confine(const struct request *request, struct error *error)
{
    static const struct trace_step step = {
        STAGE_CONFINE, "prctl(PR_SET_NO_NEW_PRIVS), prctl(PR_SET_SECCOMP)",
        "should the guest ever take over the VMM, it can open, execute and reach nothing from here",
        "seccomp(2)"};
    const struct trace *trace = &request->config.trace;
    int64_t start = trace_start(trace);

    int result = minivmm_confine(error);
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return result;
}

int command_run(int argc, char **argv)
{
    struct request request;
    struct observer observer = {0};
    struct minivmm *machine = NULL;
    struct minivmm_outcome outcome;
    struct error error = {0};
    char path[4096];
    int status = 0;

    int result = parse(&request, argc, argv, &error);
    if (result == OPTIONS_SHOWN)
        return 0;
    if (result < 0 ||
        (result = observer_open(&observer, request.line.timeline, request.line.explain,
                                &request.config.trace, &error)) < 0)
        return error_report(&error, "minivmm");

    /* The life of a machine. */
    if ((result = command_line_find_program(request.argv[0], path, sizeof path, &error)) == 0 &&
        (result = minivmm_create(&machine, &request.config, &error)) == 0 &&
        (result = minivmm_load(machine, path, request.argv, request.line.variables, &error)) == 0 &&
        (result = confine(&request, &error)) == 0 &&
        (result = minivmm_run(machine, &outcome, &error)) == 0)
        status = report(&outcome, request.argv[0]);
    if (result < 0)
        status = error_report(&error, "minivmm");
    else if (request.line.stats)
        minivmm_print_statistics(machine, stderr);
    minivmm_destroy(machine);

    if (observer_close(&observer, &error) < 0) {
        int failed = error_report(&error, "minivmm");
        status = status ? status : failed;
    }
    return status;
}
