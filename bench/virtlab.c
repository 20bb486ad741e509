/* SPDX-License-Identifier: MIT */
/*
 * The dispatcher: `virtlab NAME ARG…` executes virtlab-NAME, which lies in libexec/virtlab, as git
 * does. A new command is a new file there; nothing in here knows their names.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "common/exitcode.h"
#include "common/i18n.h"
#include "common/paths.h"
#include "common/streams.h"
#include "common/table.h"
#include "common/version.h"

#define COMMAND_PREFIX "virtlab-"
/* Called by peers.conf, of no use to a person. */
#define HELPER_COMMAND COMMAND_PREFIX "bundle"

enum {
    COMMANDS_MAX = 64,
    NAME_SIZE = 32,
    PURPOSE_WAIT_MS = 2000, /* for one command's --help; against a broken one */
};

struct command {
    char name[NAME_SIZE];
    char purpose[256];
};

struct commands {
    size_t count;
    struct command list[COMMANDS_MAX];
};

/* Small letters, digits and dashes: never a path. */
static bool is_command_name(const char *name)
{
    if (!islower((unsigned char)*name) || strlen(name) >= NAME_SIZE)
        return false;
    return name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct command *)a)->name, ((const struct command *)b)->name);
}

static int find_commands(struct commands *commands, const struct paths *paths, struct error *error)
{
    DIR *folder = opendir(paths->libexec);
    const size_t prefix = strlen(COMMAND_PREFIX);

    if (!folder)
        return error_set_errno(error, errno, "cannot read %s", paths->libexec);
    commands->count = 0;
    for (struct dirent *entry; commands->count < COMMANDS_MAX && (entry = readdir(folder));) {
        if (strncmp(entry->d_name, COMMAND_PREFIX, prefix) != 0 ||
            !is_command_name(entry->d_name + prefix) ||
            strcmp(entry->d_name, HELPER_COMMAND) == 0 ||
            faccessat(dirfd(folder), entry->d_name, X_OK, 0) != 0)
            continue;
        struct command *command = &commands->list[commands->count++];
        *command = (struct command){0};
        memcpy(command->name, entry->d_name + prefix, strlen(entry->d_name + prefix));
    }
    closedir(folder);
    qsort(commands->list, commands->count, sizeof *commands->list, by_name);
    return 0;
}

/* Asks the command itself: its purpose stands behind its usage, which may be of several lines. */
static void ask_purpose(struct command *command, const struct paths *paths)
{
    char path[PATHS_MAX], file[sizeof COMMAND_PREFIX + NAME_SIZE], help[1024];
    char *argv[] = {path, (char[]){"--help"}, NULL};
    struct error error;

    snprintf(file, sizeof file, COMMAND_PREFIX "%s", command->name);
    if (paths_join(path, paths->libexec, file, &error) < 0 ||
        capture(argv, PURPOSE_WAIT_MS, help, sizeof help, &error) < 0)
        return;
    const char *line = help;
    do
        line += strcspn(line, "\n") + (strchr(line, '\n') != NULL);
    while (*line == ' ');
    snprintf(command->purpose, sizeof command->purpose, "%.*s", (int)strcspn(line, "\n"), line);
}

static int print_help(const struct paths *paths, struct error *error)
{
    static const struct table_column columns[] = {
        {"command", "", TABLE_LEFT},
        {"purpose", "", TABLE_WRAP},
    };
    struct commands commands;
    int result = find_commands(&commands, paths, error);
    if (result < 0)
        return result;

    struct table *table = table_new(NULL, NULL);
    if (!table)
        return error_set_errno(error, ENOMEM, "cannot list the commands");
    table_set_columns(table, columns, sizeof columns / sizeof *columns);
    for (size_t i = 0; i < commands.count; i++) {
        char shown[NAME_SIZE + 2];
        ask_purpose(&commands.list[i], paths);
        snprintf(shown, sizeof shown, "  %s", commands.list[i].name);
        table_add_row(table, 0);
        table_put_string(table, commands.list[i].name, shown);
        table_put_string(table, commands.list[i].purpose, NULL);
    }
    puts(_("Usage: virtlab COMMAND [ARG...]"));
    puts(_("See what a process, a container and a virtual machine really cost, side by side."));
    printf("\n%s\n", _("Commands:"));
    result = table_print(table, TABLE_TEXT, stdout, error);
    printf("\n%s\n", _("'virtlab COMMAND --help' tells more about one of them."));
    table_free(table);
    return result;
}

/*
 * How many letters must be put in, left out, exchanged or swapped with their neighbour to make one
 * word of the other (optimal string alignment, after Damerau 1964).
 */
static int edit_distance(const char *a, const char *b)
{
    int rows[3][NAME_SIZE + 1] = {{0}};
    size_t a_length = strlen(a), b_length = strlen(b);

    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= a_length; i++) {
        int *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = (int)i;
        for (size_t j = 1; j <= b_length; j++) {
            int best = before[j - 1] + (a[i - 1] != b[j - 1]);
            if (before[j] + 1 < best)
                best = before[j] + 1;
            if (now[j - 1] + 1 < best)
                best = now[j - 1] + 1;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                earlier[j - 2] + 1 < best)
                best = earlier[j - 2] + 1;
            now[j] = best;
        }
    }
    return rows[a_length % 3][b_length];
}

static int unknown_command(const char *name, const struct paths *paths, struct error *error)
{
    struct commands commands;
    const char *nearest = NULL;
    int least = 3; /* further off is no typing mistake */

    if (is_command_name(name) && find_commands(&commands, paths, error) == 0) {
        for (size_t i = 0; i < commands.count; i++) {
            int distance = edit_distance(name, commands.list[i].name);
            if (distance < least && distance < (int)strlen(name)) {
                least = distance;
                nearest = commands.list[i].name;
            }
        }
    }
    if (nearest)
        return error_set(error, ENOENT, _("there is no command '%s'; did you mean '%s'?"), name,
                         nearest);
    return error_set(error, ENOENT, _("there is no command '%s'; 'virtlab --help' lists them"),
                     name);
}

/* Does not return when it succeeds. */
static int execute(const char *name, char **argv, const struct paths *paths, struct error *error)
{
    char path[PATHS_MAX], file[sizeof COMMAND_PREFIX + NAME_SIZE];

    if (!is_command_name(name))
        return unknown_command(name, paths, error);
    snprintf(file, sizeof file, COMMAND_PREFIX "%s", name);
    int result = paths_join(path, paths->libexec, file, error);
    if (result < 0)
        return result;
    argv[0] = file;
    execv(path, argv);
    if (errno == ENOENT)
        return unknown_command(name, paths, error);
    return error_set_errno(error, errno, _("cannot execute %s"), path);
}

static int dispatch(int argc, char **argv, struct error *error)
{
    struct paths paths;
    const char *word = argc > 1 ? argv[1] : NULL;

    if (!word)
        return error_set(error, EINVAL, _("which command? 'virtlab --help' lists them"));
    if (strcmp(word, "--version") == 0) {
        printf("virtlab %s\n", VIRTLAB_VERSION);
        return 0;
    }
    int result = paths_find(&paths, error);
    if (result < 0)
        return result;
    bool help = strcmp(word, "help") == 0;
    if (help && argc > 2) {
        char *ask[] = {NULL, (char[]){"--help"}, NULL};
        return execute(argv[2], ask, &paths, error);
    }
    if (help || strcmp(word, "--help") == 0)
        return print_help(&paths, error);
    if (strcmp(word, "--usage") == 0) {
        puts(_("Usage: virtlab COMMAND [ARG...]"));
        return 0;
    }
    if (*word == '-')
        return error_set(error, EINVAL, _("there is no option '%s'; try 'virtlab --help'"), word);
    return execute(word, argv + 1, &paths, error);
}

int main(int argc, char **argv)
{
    struct error error;

    streams_start();
    i18n_start();
    if (dispatch(argc, argv, &error) < 0 || streams_finish(&error) < 0)
        return error_report(&error, "virtlab");
    return 0;
}
