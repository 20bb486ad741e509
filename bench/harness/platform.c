/* SPDX-License-Identifier: MIT */
/* From a platform and what is wanted of it to the words of a command. */
#include "bench/harness/platform.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/exitcode.h"

struct builder {
    struct platform_command *command;
    const struct platform_request *request;
    const char *host, *guest, *value; /* of the option whose words are being added */
    struct error *error;
};

static int add(struct builder *builder, char *word)
{
    struct platform_command *command = builder->command;

    if (!word)
        return error_set_errno(builder->error, ENOMEM, "cannot put a command together");
    if (command->count == PLATFORM_ARGV_MAX) {
        free(word);
        return error_set(builder->error, E2BIG, "a command of more than %d words: give fewer",
                         PLATFORM_ARGV_MAX);
    }
    command->argv[command->count++] = word;
    command->argv[command->count] = NULL;
    return 0;
}

static const char *placeholder(const struct builder *builder, const char *name, size_t length)
{
    const struct platform_request *request = builder->request;
    const struct {
        const char *name, *value;
    } known[] = {
        {"program", request->program},
        {"host",    builder->host   },
        {"guest",   builder->guest  },
        {"value",   builder->value  },
        {"tmp",     request->tmp    },
        {"id",      request->id     },
    };

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == length && memcmp(known[i].name, name, length) == 0)
            return known[i].value;
    return NULL;
}

/* The word with its placeholders replaced once: what comes in is never looked at again. */
static char *expand(const struct builder *builder, const char *word)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);

    if (!out)
        return NULL;
    while (*word) {
        size_t plain = strcspn(word, "{");
        fwrite(word, 1, plain, out);
        word += plain;
        if (*word == '{') {
            size_t length = strcspn(word, "}");
            const char *value = placeholder(builder, word + 1, length - 1);
            fputs(value ? value : "", out);
            word += length + (word[length] == '}');
        }
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int add_option_words(struct builder *builder, const struct words *words)
{
    int result = 0;
    for (size_t i = 0; i < words->count && result == 0; i++)
        result = add(builder, expand(builder, words->word[i]));
    return result;
}

static int add_options(struct builder *builder, const struct platform *platform)
{
    const struct platform_request *request = builder->request;
    int result = 0;

    for (size_t i = 0; i < request->file_count && result == 0; i++) {
        builder->host = request->files[i].host;
        builder->guest = request->files[i].guest;
        result = add_option_words(builder, &platform->option[OPTION_FILE]);
    }
    for (size_t i = 0; i < PLATFORM_OPTIONS && result == 0; i++) {
        builder->value = request->value[i];
        if (i != OPTION_FILE && builder->value)
            result = add_option_words(builder, &platform->option[i]);
    }
    builder->host = builder->guest = builder->value = NULL;
    return result;
}

static int add_args(struct builder *builder)
{
    char *const *args = builder->request->args;
    int result = 0;
    for (; args && *args && result == 0; args++)
        result = add(builder, strdup(*args));
    return result;
}

static int find_first_word(struct platform_command *command, const char *bin, struct error *error)
{
    char *found = platform_find_command(command->argv[0], bin, getenv("PATH"));

    if (!found)
        return errno == ENOMEM ? error_set_errno(error, ENOMEM, "cannot put a command together")
                               : error_set_exit(error, EXIT_NOT_FOUND, ENOENT,
                                                "there is no command '%s' here", command->argv[0]);
    free(command->argv[0]);
    command->argv[0] = found;
    return 0;
}

int platform_command(const struct platform *platform, const struct words *value,
                     const struct platform_request *request, const char *bin,
                     struct platform_command *command, struct error *error)
{
    struct builder builder = {.command = command, .request = request, .error = error};
    int result = 0;

    command->count = 0;
    command->argv[0] = NULL;
    for (size_t i = 0; i < value->count && result == 0; i++) {
        const char *word = value->word[i];
        if (strcmp(word, "{options}") == 0)
            result = add_options(&builder, platform);
        else if (strcmp(word, "{args}") == 0)
            result = add_args(&builder);
        else
            result = add(&builder, expand(&builder, word));
    }
    if (result == 0 && command->count == 0)
        result = error_set(error, EINVAL, "the platform '%s' has an empty command", platform->name);
    if (result == 0)
        result = find_first_word(command, bin, error);
    if (result < 0)
        platform_command_free(command);
    return result;
}

void platform_command_free(struct platform_command *command)
{
    for (size_t i = 0; i < command->count; i++)
        free(command->argv[i]);
    command->count = 0;
}

static bool is_executable_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

/* folder/name if it is an executable file; NULL with errno. */
static char *try_folder(const char *folder, size_t length, const char *name)
{
    char *path;

    /* An empty or relative element of PATH depends on where one stands (POSIX, XBD 8.3): no. */
    if (length == 0 || *folder != '/') {
        errno = ENOENT;
        return NULL;
    }
    if (asprintf(&path, "%.*s/%s", (int)length, folder, name) < 0) {
        errno = ENOMEM;
        return NULL;
    }
    if (is_executable_file(path))
        return path;
    free(path);
    errno = ENOENT;
    return NULL;
}

char *platform_find_command(const char *name, const char *bin, const char *path)
{
    char *found = NULL;

    if (strchr(name, '/'))
        return strdup(name);
    errno = ENOENT;
    if (*name == '\0')
        return NULL;
    if (bin)
        found = try_folder(bin, strlen(bin), name);
    while (!found && path && *path && errno != ENOMEM) {
        size_t length = strcspn(path, ":");
        found = try_folder(path, length, name);
        path += length + (path[length] == ':');
    }
    return found;
}
