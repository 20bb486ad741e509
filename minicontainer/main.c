/* SPDX-License-Identifier: MIT */
/* The command minicontainer: the life of a container, told by its maker. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/observer.h"
#include "common/options.h"
#include "common/streams.h"
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

/*
 * Our command line as the kernel shows it in /proc, which the library wipes in pid 1; and the copy
 * that we work with instead.
 */
struct arguments {
    char *shown;
    size_t size;
    char *text;
    char **words;
};

static int copy_arguments(int argc, char **argv, struct arguments *arguments, struct error *error)
{
    /* The kernel has laid the words out one behind the other (execve(2)). */
    char *end = argc > 0 ? argv[argc - 1] + strlen(argv[argc - 1]) + 1 : NULL;

    if (!end)
        return error_set(error, EINVAL, "the command line has no word at all");
    *arguments = (struct arguments){
        .shown = argv[0],
        .size = (size_t)(end - argv[0]),
        .text = malloc((size_t)(end - argv[0])),
        .words = calloc((size_t)argc + 1, sizeof *argv),
    };
    if (!arguments->text || !arguments->words)
        return error_set_errno(error, ENOMEM, "cannot read the command line");
    memcpy(arguments->text, argv[0], arguments->size);
    for (int i = 0; i < argc; i++)
        arguments->words[i] = arguments->text + (argv[i] - argv[0]);
    return 0;
}

static void warn(const char *sentence)
{
    fputs("minicontainer run: warning: ", stderr);
    text_print_clean(stderr, sentence);
    fputc('\n', stderr);
}

static int run(int argc, char **argv, const struct arguments *arguments, struct error *error)
{
    struct minicontainer *container = NULL;
    struct command_line line;
    struct observer observer = {0};
    struct error later = {0};
    int status = 0;

    int result = command_line_parse(&line, argc, argv, error);
    if (result == 0)
        result = observer_open(&observer, line.timeline, line.explain, &line.config.trace, error);
    line.config.warn = warn;
    line.config.arguments = arguments->shown;
    line.config.arguments_size = arguments->size;

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

/* clang-format off */
static const struct option_spec check_options[] = {
    {'j', "json", NULL, "print a JSON object"},
    {0},
};
/* clang-format on */

static const struct command_spec check_command = {
    .name = "minicontainer check",
    .synopsis = "",
    .purpose = "Find out, by starting some, whether containers and limits work here.",
    .options = check_options,
    .notes =
        "The exit status is 0 if a container with a user namespace can be started, else 1, and\n"
        "the last line on stderr says why not. That a limit cannot be set is no failure.",
};

static void print_ability(const struct minicontainer_ability *ability, bool json)
{
    static const char *const words[] = {"no", "yes"}, *const truths[] = {"false", "true"};
    const struct {
        const char *key, *text;
        bool value;
    } rows[] = {
        {"container",      "container",      ability->container},
        {"user_namespace", "user namespace", ability->userns   },
        {"memory_limit",   "memory limit",   ability->memory   },
        {"cpu_limit",      "CPU limit",      ability->cpu      },
        {"process_limit",  "process limit",  ability->pids     },
    };

    fputs(json ? "{" : "", stdout);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (json)
            printf("\"%s\": %s, ", rows[i].key, truths[rows[i].value]);
        else
            printf("%-15s %s\n", rows[i].text, words[rows[i].value]);
    if (json) {
        printf("\"cgroups\": \"%s\", \"reason\": ", ability->cgroups);
        text_print_json(stdout, ability->reason);
        puts("}");
    } else {
        printf("%-15s %s\n", "cgroups", ability->cgroups);
        if (ability->reason[0]) {
            printf("%-15s ", "reason");
            text_print_clean(stdout, ability->reason);
            putchar('\n');
        }
    }
}

static int check(int argc, char **argv, const struct arguments *arguments, struct error *error)
{
    (void)arguments;
    struct minicontainer_ability ability;
    struct option_parser parser;
    char self[PATH_MAX];
    bool json = false;
    int key;

    options_start(&parser, &check_command, argc, argv);
    while ((key = options_next(&parser, error)) > 0)
        json = true;
    if (key == OPTIONS_SHOWN)
        return 0;
    if (key == OPTIONS_ERROR)
        return -EINVAL;
    if (argv[parser.rest])
        return options_misuse(&check_command, error, "'%s' is one word too many",
                              argv[parser.rest]);

    ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0)
        return error_set_errno(error, errno, "cannot find this program's own file");
    self[length] = '\0';
    /* The containers' program is this one; what it says is of no interest. */
    int output = dup(STDOUT_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (output < 0 || null < 0 || dup2(null, STDOUT_FILENO) < 0)
        return error_set_errno(error, errno, "cannot redirect the output");
    close(null);
    int result = minicontainer_check(self, &ability, error);
    dup2(output, STDOUT_FILENO);
    close(output);
    if (result < 0)
        return result;

    print_ability(&ability, json);
    if (ability.userns)
        return 0;
    error_set_exit(error, EXIT_FAILURE, EPERM, "%s", ability.reason);
    return -EPERM;
}

/* Returns the exit status; with an error filled, it is the error's. */
static int dispatch(int argc, const struct arguments *arguments, const char **title,
                    struct error *error)
{
    static const struct {
        const char *name, *title;
        int (*function)(int argc, char **argv, const struct arguments *arguments,
                        struct error *error);
    } commands[] = {
        {"run",   "minicontainer run",   run  },
        {"check", "minicontainer check", check},
    };
    struct option_parser parser;
    char **argv = arguments->words;

    options_start(&parser, &minicontainer_command, argc, argv);
    switch (options_next(&parser, error)) {
    case OPTIONS_SHOWN:
        return 0;
    case OPTIONS_ERROR:
        return -EINVAL;
    }
    const char *name = argv[parser.rest];
    if (!name)
        return options_misuse(&minicontainer_command, error, "a command is missing");
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(name, commands[i].name) == 0) {
            *title = commands[i].title;
            return commands[i].function(argc - parser.rest, argv + parser.rest, arguments, error);
        }
    return options_misuse(&minicontainer_command, error, "there is no command '%s'", name);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    const char *title = "minicontainer";
    struct error error = {0};

    streams_start();
    int status = copy_arguments(argc, argv, &arguments, &error);
    if (status == 0)
        status = dispatch(argc, &arguments, &title, &error);
    if (status == 0)
        status = streams_finish(&error);
    if (status < 0)
        status = error_report(&error, title);
    free(arguments.text);
    free(arguments.words);
    return status;
}
