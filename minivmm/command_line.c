/* SPDX-License-Identifier: MIT */
#include "minivmm/command_line.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "common/text.h"

/* --- environment and files ------------------------------------------------------------------- */

static int add_variable(struct command_line *line, char *variable, struct error *error)
{
    size_t name = strcspn(variable, "=");

    if (name == 0 || variable[name] == '\0')
        return options_misuse(line->command, error, "--env '%s' is not NAME=VALUE", variable);
    for (size_t i = 0; i < line->variables_count; i++) {
        if (strncmp(line->variables[i], variable, name + 1) == 0) {
            line->variables[i] = variable;
            return 0;
        }
    }
    if (line->variables_count == COMMAND_LINE_VARIABLES_MAX)
        return options_misuse(line->command, error, "there are more than %d variables",
                              COMMAND_LINE_VARIABLES_MAX);
    line->variables[line->variables_count++] = variable;
    return 0;
}

/* The variable as it stands in our environment, "NAME=VALUE"; NULL: not set. */
static char *find_variable(const char *name)
{
    size_t length = strlen(name);

    for (char **variable = environ; *variable; variable++)
        if (strncmp(*variable, name, length) == 0 && (*variable)[length] == '=')
            return *variable;
    return NULL;
}

void command_line_start(struct command_line *line, const struct command_spec *command,
                        uint64_t memory_min)
{
    static const char *const passed_on[] = {"TERM", "TZ", "LANG", "LC_ALL"};
    static char path[] = "PATH=/bin", home[] = "HOME=/";

    *line = (struct command_line){.command = command,
                                  .memory_min = memory_min,
                                  .memory_bytes = MINIVMM_MEMORY_DEFAULT,
                                  .cpus = 1};
    char **end = line->variables;
    *end++ = path;
    *end++ = home;
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        if ((*end = find_variable(passed_on[i])) != NULL)
            end++;
    line->variables_count = (size_t)(end - line->variables);
}

static int add_file(struct command_line *line, char *argument, struct error *error)
{
    char *equals = strchr(argument, '=');

    if (!equals || equals == argument || equals[1] == '\0')
        return options_misuse(line->command, error, "--file '%s' is not GUEST=HOST", argument);
    if (line->files_count == MINIVMM_FILES_MAX)
        return options_misuse(line->command, error, "--file can be given %d times at most",
                              MINIVMM_FILES_MAX);
    *equals = '\0';
    line->files[line->files_count++] = (struct minivmm_file){.guest = argument, .host = equals + 1};
    return 0;
}

/* --- options --------------------------------------------------------------------------------- */

static int set_memory(struct command_line *line, const char *argument, struct error *error)
{
    if (!text_parse_bytes(argument, line->memory_min, MINIVMM_MEMORY_MAX, &line->memory_bytes))
        return options_misuse(line->command, error, "--mem '%s' is not a size from %lluM to 1T",
                              argument, (unsigned long long)(line->memory_min >> 20));
    line->memory_bytes &= ~UINT64_C(4095);
    return 0;
}

int command_line_set(struct command_line *line, int key, const char *argument, struct error *error)
{
    switch (key) {
    case 'm':
        return set_memory(line, argument, error);
    case 'c':
        if (!text_parse_u64(argument, 1, MINIVMM_CPUS_MAX, &line->cpus))
            return options_misuse(line->command, error, "--cpus '%s' is not a number from 1 to %d",
                                  argument, MINIVMM_CPUS_MAX);
        return 0;
    case 't':
        if (!text_parse_seconds(argument, &line->timeout_ns) || line->timeout_ns == 0)
            return options_misuse(line->command, error, "--timeout '%s' is not a number of seconds",
                                  argument);
        return 0;
    case 'f':
        return add_file(line, (char *)argument, error);
    case 'e':
        return add_variable(line, (char *)argument, error);
    case COMMAND_LINE_TIMELINE:
        line->timeline = argument;
        return 0;
    case COMMAND_LINE_EXPLAIN:
        line->explain = true;
        return 0;
    case COMMAND_LINE_STATS:
        line->stats = true;
        return 0;
    case COMMAND_LINE_GUEST:
        line->guest = argument;
        return 0;
    case COMMAND_LINE_APPEND:
        line->append = argument;
        return 0;
    default:
        return -EINVAL;
    }
}

/* --- the program ----------------------------------------------------------------------------- */

static bool is_program(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

int command_line_find_program(const char *name, char *path, size_t size, struct error *error)
{
    const char *list = getenv("PATH");

    if (strchr(name, '/')) {
        if ((size_t)snprintf(path, size, "%s", name) >= size)
            return error_set_exit(error, EXIT_CANNOT_EXECUTE, ENAMETOOLONG,
                                  "cannot open '%.40s...': the name is too long", name);
        return 0;
    }
    for (list = list ? list : "/usr/local/bin:/usr/bin:/bin"; *name; list++) {
        size_t length = strcspn(list, ":");
        int written = snprintf(path, size, "%.*s%s%s", (int)length, list, length ? "/" : "", name);
        if ((size_t)written < size && is_program(path))
            return 0;
        list += length;
        if (*list == '\0')
            break;
    }
    return error_set_exit(error, EXIT_NOT_FOUND, ENOENT, "'%s' was not found in PATH%s%s", name,
                          *name && access(name, F_OK) == 0 ? "; did you mean ./" : "",
                          *name && access(name, F_OK) == 0 ? name : "");
}
