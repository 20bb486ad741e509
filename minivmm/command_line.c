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

int command_line_add_variable(struct command_line *line, char *variable, struct error *error)
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

void command_line_start(struct command_line *line, const struct command_spec *command)
{
    static const char *const passed_on[] = {"TERM", "TZ", "LANG", "LC_ALL"};
    static char path[] = "PATH=/bin", home[] = "HOME=/";

    *line = (struct command_line){.command = command};
    char **end = line->variables;
    *end++ = path;
    *end++ = home;
    for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
        if ((*end = find_variable(passed_on[i])) != NULL)
            end++;
    line->variables_count = (size_t)(end - line->variables);
}

int command_line_add_file(struct command_line *line, char *argument, struct error *error)
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

int command_line_set_timeout(const struct command_line *line, const char *argument, int64_t *ns,
                             struct error *error)
{
    if (!text_parse_seconds(argument, ns) || *ns == 0)
        return options_misuse(line->command, error, "--timeout '%s' is not a number of seconds",
                              argument);
    return 0;
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
