/* SPDX-License-Identifier: MIT */
/* The command minicontainer: the life of a container, told by its maker. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/observer.h"
#include "common/options.h"
#include "common/text.h"
#include "minicontainer/command_line.h"
#include "minicontainer/minicontainer.h"

static const struct option_spec no_options[] = {{0}};

static const struct command_spec minicontainer_command = {
    .name = "minicontainer",
    .synopsis = "COMMAND ...",
    .purpose = "Run programs in containers made of namespaces, cgroups and little else.",
    .options = no_options,
    .notes = "Commands:\n"
             "  run [OPTION...] [--] COMMAND [ARG...]   run a program in a container\n"
             "  check [--json]                          can a container be started here?",
};

static void warn(const char *sentence)
{
    fputs("minicontainer run: warning: ", stderr);
    text_print_clean(stderr, sentence);
    fputc('\n', stderr);
}

static int run(int argc, char **argv, int first, struct error *error)
{
    struct minicontainer *container = NULL;
    struct command_line line;
    struct observer observer = {0};
    struct error later = {0};
    int status = 0;

    int result = command_line_parse(&line, argc - first, argv + first, error);
    if (result == 0)
        result = observer_open(&observer, line.timeline, line.explain, &line.config.trace, error);
    line.config.warn = warn;
    line.config.arguments = argv[0];
    line.config.arguments_size = (size_t)(argv[argc - 1] + strlen(argv[argc - 1]) - argv[0]);

    if (result == 0)
        result = minicontainer_create(&container, &line.config, error);
    if (result == 0)
        result = minicontainer_start(container, error);
    if (result == 0)
        result = minicontainer_wait(container, &status, error);

    /* What fails in cleaning up does not hide why the container failed. */
    if (minicontainer_delete(container, &later) < 0 || observer_close(&observer, &later) < 0) {
        if (result == 0)
            warn(later.text);
    }
    command_line_free(&line);
    return result < 0 ? result : status;
}

static int check(int argc, char **argv, int first, struct error *error)
{
    (void)first;
    (void)argc, (void)argv;
    return error_set(error, ENOSYS, "later");
}

/* A closed 0, 1 or 2 would be given to the first file we open, and then to the program. */
static void open_standard_descriptors(void)
{
    for (int fd = 0; fd <= 2; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name, *title;
        int (*function)(int argc, char **argv, int first, struct error *error);
    } commands[] = {
        {"run",   "minicontainer run",   run  },
        {"check", "minicontainer check", check},
    };
    struct option_parser parser;
    struct error error = {0};

    open_standard_descriptors();
    options_start(&parser, &minicontainer_command, argc, argv);
    switch (options_next(&parser, &error)) {
    case OPTIONS_SHOWN:
        return 0;
    case OPTIONS_ERROR:
        return error_report(&error, "minicontainer");
    }
    for (size_t i = 0; i < sizeof commands / sizeof *commands && argv[parser.rest]; i++)
        if (strcmp(argv[parser.rest], commands[i].name) == 0) {
            int status = commands[i].function(argc, argv, parser.rest, &error);
            return status < 0 ? error_report(&error, commands[i].title) : status;
        }
    if (argv[parser.rest])
        options_misuse(&minicontainer_command, &error, "there is no command '%s'",
                       argv[parser.rest]);
    else
        options_misuse(&minicontainer_command, &error, "a command is missing");
    return error_report(&error, "minicontainer");
}
