/* SPDX-License-Identifier: MIT */
/* Reading platforms.conf: sections, keys, words. A file that is not understood is refused whole. */
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "bench/harness/platform.h"
#include "common/ini.h"
#include "common/text.h"

enum { FILE_BYTES_MAX = 64 * 1024 };

const char *const platform_option_names[PLATFORM_OPTIONS] = {
    [OPTION_FILE] = "file",   [OPTION_MEMORY] = "memory", [OPTION_CPUS] = "cpus",
    [OPTION_PIDS] = "pids",   [OPTION_CGROUP] = "cgroup", [OPTION_TIMELINE] = "timeline",
    [OPTION_PAGES] = "pages", [OPTION_QUOTA] = "quota",
};

struct reader {
    struct ini ini;
    struct platforms *platforms;
    struct platform *platform; /* the section we are in */
};

static int mistake(const struct reader *reader, const char *what, const char *about)
{
    return ini_mistake(&reader->ini, what, about);
}

static int out_of_memory(const struct reader *reader)
{
    return ini_out_of_memory(&reader->ini);
}

/* A name is shown in tables and stands in file names and in gnuplot's data: keep it plain. */
static bool is_name(const char *text)
{
    size_t length = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789-_");
    return length > 0 && length <= 32 && text[length] == '\0' && isalpha((unsigned char)*text);
}

/* The placeholders that may stand anywhere in a word. */
static bool is_inner_placeholder(const char *name, size_t length)
{
    static const char *const inner[] = {"program", "host", "guest", "value", "tmp", "id"};
    for (size_t i = 0; i < sizeof inner / sizeof *inner; i++)
        if (strlen(inner[i]) == length && memcmp(inner[i], name, length) == 0)
            return true;
    return false;
}

static int check_word(struct reader *reader, const char *word)
{
    if (strcmp(word, "{args}") == 0 || strcmp(word, "{options}") == 0)
        return 0;
    for (const char *open = strchr(word, '{'); open; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        if (!close || !is_inner_placeholder(open + 1, (size_t)(close - open - 1)))
            return mistake(reader,
                           "there is no such placeholder, or it must be a word of its own:", word);
    }
    return 0;
}

static int split_words(struct reader *reader, char *text, struct words *words)
{
    static const char blanks[] = " \t";
    char *rest = NULL;

    if (words->given)
        return mistake(reader, "this key stands here twice; its second value is", text);
    words->given = true;
    for (char *word = strtok_r(text, blanks, &rest); word; word = strtok_r(NULL, blanks, &rest)) {
        int result = check_word(reader, word);
        if (result < 0)
            return result;
        if (words->count == PLATFORM_WORDS_MAX)
            return mistake(reader, "the value has too many words, from here on:", word);
        char **grown = realloc(words->word, (words->count + 1) * sizeof *grown);
        if (!grown)
            return out_of_memory(reader);
        words->word = grown;
        if (!(words->word[words->count] = strdup(word)))
            return out_of_memory(reader);
        words->count++;
    }
    return 0;
}

static int set_command(struct reader *reader, struct words *words, char *value)
{
    if (*value == '\0')
        return mistake(reader, "this key needs a command", value);
    return split_words(reader, value, words);
}

static int set_number(struct reader *reader, unsigned *number, const char *value)
{
    uint64_t parsed;

    if (*number)
        return mistake(reader, "this key stands here twice; its second value is", value);
    if (!text_parse_u64(value, 1, PLATFORM_BLOCKS_MAX, &parsed))
        return mistake(reader, "this is no number from 1 to 10000:", value);
    *number = (unsigned)parsed;
    return 0;
}

static int set_user(struct reader *reader, struct platform *platform, const char *value)
{
    if (platform->tenants)
        return mistake(reader, "this key stands here twice; its second value is", value);
    if (strcmp(value, "tenant") != 0)
        return mistake(reader, "the only value of uid is 'tenant', not", value);
    platform->tenants = true;
    return 0;
}

static int set_kernel(struct reader *reader, struct platform *platform, const char *value)
{
    if (platform->interprets || platform->own_kernel)
        return mistake(reader, "this key stands here twice; its second value is", value);
    platform->interprets = strcmp(value, "host") == 0;
    platform->own_kernel = strcmp(value, "guest") == 0;
    if (!platform->interprets && !platform->own_kernel)
        return mistake(reader, "the values of kernel are 'host' and 'guest', not", value);
    return 0;
}

static int set_key(void *context, const char *key, char *value)
{
    struct reader *reader = context;
    struct platform *platform = reader->platform;

    if (strcmp(key, "title") == 0)
        return ini_set_string(&reader->ini, &platform->title, value);
    if (strcmp(key, "skip") == 0)
        return ini_set_string(&reader->ini, &platform->skip, value);
    if (strcmp(key, "package") == 0)
        return ini_set_string(&reader->ini, &platform->package, value);
    if (strcmp(key, "needs") == 0)
        return set_command(reader, &platform->needs, value);
    if (strcmp(key, "prepare") == 0)
        return set_command(reader, &platform->prepare, value);
    if (strcmp(key, "cleanup") == 0)
        return set_command(reader, &platform->cleanup, value);
    if (strcmp(key, "start") == 0)
        return set_command(reader, &platform->start, value);
    if (strcmp(key, "image") == 0)
        return set_command(reader, &platform->image, value);
    if (strcmp(key, "blocks") == 0)
        return set_number(reader, &platform->blocks, value);
    if (strcmp(key, "only") == 0)
        return set_command(reader, &platform->only, value);
    if (strcmp(key, "kernel") == 0)
        return set_kernel(reader, platform, value);
    if (strcmp(key, "uid") == 0)
        return set_user(reader, platform, value);
    for (size_t i = 0; i < PLATFORM_OPTIONS; i++)
        if (strcmp(key, platform_option_names[i]) == 0)
            return split_words(reader, value, &platform->option[i]);
    return mistake(reader, "there is no key", key);
}

/* A section is whole when it can be started, or says why not. */
static int finish_section(void *context)
{
    const struct reader *reader = context;
    struct platform *platform = reader->platform;

    if (!platform->start.given && !platform->skip)
        return mistake(reader, "neither 'start' nor 'skip' stands in the section before, of",
                       platform->name);
    if (!platform->title && !(platform->title = strdup(platform->name)))
        return out_of_memory(reader);
    return 0;
}

static int start_section(void *context, char *name)
{
    struct reader *reader = context;
    struct platforms *platforms = reader->platforms;

    if (!is_name(name))
        return mistake(
            reader, "a name has up to 32 letters a-z, digits, - and _, a letter first; not", name);
    if (platforms_find(platforms, name, strlen(name)))
        return mistake(reader, "there are two platforms of the name", name);
    if (platforms->count == PLATFORMS_MAX)
        return mistake(reader, "there are too many platforms, from here on:", name);
    reader->platform = &platforms->list[platforms->count];
    if (!(reader->platform->name = strdup(name)))
        return out_of_memory(reader);
    platforms->count++;
    return 0;
}

int platforms_read(struct platforms *platforms, const char *path, struct error *error)
{
    static const struct ini_events events = {start_section, set_key, finish_section};
    struct reader reader = {
        .ini = {.path = path,
                .what = "list of platforms",
                .bytes_max = FILE_BYTES_MAX,
                .error = error},
        .platforms = platforms,
    };

    return ini_read(&reader.ini, &events, &reader);
}

static void words_free(struct words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->word[i]);
    free(words->word);
}

void platforms_free(struct platforms *platforms)
{
    for (size_t i = 0; i < platforms->count; i++) {
        struct platform *platform = &platforms->list[i];
        free(platform->name);
        free(platform->title);
        free(platform->skip);
        free(platform->package);
        words_free(&platform->needs);
        words_free(&platform->prepare);
        words_free(&platform->cleanup);
        words_free(&platform->start);
        words_free(&platform->image);
        words_free(&platform->only);
        for (size_t j = 0; j < PLATFORM_OPTIONS; j++)
            words_free(&platform->option[j]);
    }
    *platforms = (struct platforms){0};
}

const struct platform *platforms_find(const struct platforms *platforms, const char *name,
                                      size_t length)
{
    for (size_t i = 0; i < platforms->count; i++)
        if (strlen(platforms->list[i].name) == length &&
            memcmp(platforms->list[i].name, name, length) == 0)
            return &platforms->list[i];
    return NULL;
}
