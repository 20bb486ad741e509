/* SPDX-License-Identifier: MIT */
/*
 * Platforms: the kinds of box that a program can be started in, each a paragraph of
 * platforms.conf or peers.conf (docs/formats.md). Adding one is adding a paragraph.
 */
#ifndef VIRTLAB_PLATFORM_H
#define VIRTLAB_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>

#include "common/error.h"

enum {
    PLATFORMS_MAX = 32,
    PLATFORM_WORDS_MAX = 64,  /* words in one value of the file */
    PLATFORM_FILES_MAX = 16,  /* --file given so often */
    PLATFORM_ARGV_MAX = 1024, /* words of a whole command */
    PLATFORM_BLOCKS_MAX = 10000,
};

/* What an experiment may ask a platform for; each is a key of the file. */
enum platform_option {
    OPTION_FILE,
    OPTION_MEMORY,
    OPTION_CPUS,  /* whole processors */
    OPTION_QUOTA, /* processor time, as a fraction of one processor */
    OPTION_PIDS,
    OPTION_CGROUP,
    OPTION_TIMELINE,
    OPTION_PAGES,
    PLATFORM_OPTIONS,
};
extern const char *const platform_option_names[PLATFORM_OPTIONS];

struct words {
    bool given; /* the key stands in the file: a value without words is one too */
    size_t count;
    char **word;
};

struct platform {
    char *name;
    char *title;
    char *skip;    /* why it is always skipped; NULL: it is not */
    char *package; /* what has its tool, a clause for when that is missing; NULL: not said */
    struct words needs, prepare, cleanup, start;
    struct words image; /* files below share/virtlab that have to be there to start it */
    unsigned blocks;    /* slow by nature: it takes part in the first so many only; 0: in all */
    struct words
        only;        /* the experiments it takes part in unless it is asked for; none given: all */
    bool tenants;    /* its programs are started as ordinary users, one for each tenant */
    bool interprets; /* its process is the program's too, and makes its calls to the host */
    bool own_kernel; /* it boots a guest system, in which the program is one of several */
    struct words option[PLATFORM_OPTIONS];
};

struct platforms {
    size_t count;
    struct platform list[PLATFORMS_MAX];
};

/*
 * Add the platforms of the file at path to *platforms, which starts zeroed. Errors name the file
 * and the line. What was read before the error stays, so that platforms_free() is always right.
 */
int platforms_read(struct platforms *platforms, const char *path, struct error *error);
void platforms_free(struct platforms *platforms);

/* NULL: there is none of that name. */
const struct platform *platforms_find(const struct platforms *platforms, const char *name,
                                      size_t length);

/* What stands in for the placeholders. Strings are borrowed. */
struct platform_request {
    const char *program; /* an absolute path */
    char *const *args;   /* ended by NULL; NULL: none */
    struct {
        const char *host, *guest;
    } files[PLATFORM_FILES_MAX];
    size_t file_count;
    const char *value[PLATFORM_OPTIONS]; /* NULL: not asked for; [OPTION_FILE] is not used */
    const char *tmp;                     /* a folder that lives as long as the experiment */
    const char *id;                      /* a name that no other start has */
};

/* A command ready to be executed: argv[0] has a slash. Freed by platform_command_free(). */
struct platform_command {
    size_t count;
    char *argv[PLATFORM_ARGV_MAX + 1];
};

/*
 * Make the command for a value of the platform (`start`, `prepare`, `needs` …). An option that is
 * asked for and that the platform does not have is left out: ask platform_has() first where that
 * matters. bin is virtlab's own folder of commands, where a first word without a slash is looked
 * up before PATH. Errors: -ENOENT when no such command is found (exit status 127), -E2BIG.
 */
int platform_command(const struct platform *platform, const struct words *value,
                     const struct platform_request *request, const char *bin,
                     struct platform_command *command, struct error *error);
void platform_command_free(struct platform_command *command);

static inline bool platform_has(const struct platform *platform, enum platform_option option)
{
    return platform->option[option].given;
}

/*
 * The file that a command's name means: name itself with a slash in it, else bin/name, else the
 * first executable file of that name in path (the value of PATH). NULL with errno ENOENT or ENOMEM.
 */
char *platform_find_command(const char *name, const char *bin, const char *path);

#endif
