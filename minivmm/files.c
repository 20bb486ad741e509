/* SPDX-License-Identifier: MIT */
#include "minivmm/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "common/exitcode.h"

bool files_resolve(const char *path, char resolved[PATH_MAX])
{
    size_t length = 0;

    while (*path) {
        size_t word = strcspn(path, "/");
        if (word == 2 && memcmp(path, "..", 2) == 0) {
            while (length > 0 && resolved[--length] != '/')
                ;
        } else if (word > 0 && !(word == 1 && *path == '.')) {
            if (length + 1 + word >= PATH_MAX)
                return false;
            resolved[length++] = '/';
            memcpy(resolved + length, path, word);
            length += word;
        }
        path += word;
        path += *path == '/';
    }
    if (length == 0)
        resolved[length++] = '/';
    resolved[length] = '\0';
    return true;
}

static int open_named(struct files *files, const struct minivmm_file *wanted, struct error *error)
{
    struct named_file *named = &files->named[files->named_count];
    char resolved[PATH_MAX];
    struct stat status;
    struct statfs system;

    if (!files_resolve(wanted->guest, resolved) || strcmp(resolved, "/") == 0)
        return error_set(error, EINVAL, "--file: '%s' is no file name", wanted->guest);
    if (files_find(files, resolved))
        return error_set(error, EEXIST, "--file: '%s' is named twice", resolved);
    /* NONBLOCK: a FIFO must not make us wait before we can refuse it. */
    named->host = open(wanted->host, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (named->host < 0)
        return error_set_errno(error, errno, "--file: cannot open '%s'", wanted->host);
    files->named_count++; /* from here on files_destroy() closes it */
    if (fstat(named->host, &status) < 0 || fstatfs(named->host, &system) < 0)
        return error_set_errno(error, errno, "--file: cannot look at '%s'", wanted->host);
    if (!S_ISREG(status.st_mode))
        return error_set(error, EINVAL, "--file: '%s' is not a regular file", wanted->host);
    if (system.f_type == PROC_SUPER_MAGIC) /* /proc/self/mem is our own memory */
        return error_set(error, EINVAL, "--file: '%s' lies in /proc and would tell of the VMM",
                         wanted->host);
    named->guest = strdup(resolved);
    if (!named->guest)
        return error_set_errno(error, ENOMEM, "--file");
    return 0;
}

int files_create(struct files *files, const struct minivmm_config *config, struct error *error)
{
    memset(files, 0, sizeof *files);
    for (unsigned i = 0; i <= 2; i++) {
        files->open[i] = (struct open_file){.kind = FILE_STANDARD, .references = 1, .host = (int)i};
        files->descriptors[i].file = &files->open[i];
    }
    if (config->files_count > MINIVMM_FILES_MAX)
        return error_set(error, EINVAL, "--file can be given %d times at most", MINIVMM_FILES_MAX);
    for (size_t i = 0; i < config->files_count; i++) {
        int result = open_named(files, &config->files[i], error);
        if (result < 0)
            return result;
    }
    return 0;
}

void files_destroy(struct files *files)
{
    for (unsigned i = 0; i < files->named_count; i++) {
        close(files->named[i].host);
        free(files->named[i].guest);
    }
    files->named_count = 0;
}

const struct named_file *files_find(const struct files *files, const char *resolved)
{
    for (unsigned i = 0; i < files->named_count; i++)
        if (files->named[i].guest && strcmp(files->named[i].guest, resolved) == 0)
            return &files->named[i];
    return NULL;
}

struct open_file *files_get(struct files *files, uint64_t descriptor)
{
    return descriptor < FILES_DESCRIPTORS ? files->descriptors[descriptor].file : NULL;
}

int files_lowest_free(const struct files *files, uint64_t from)
{
    for (; from < FILES_DESCRIPTORS; from++)
        if (!files->descriptors[from].file)
            return (int)from;
    return -EMFILE;
}

int files_open(struct files *files, const struct named_file *named, bool close_on_exec)
{
    int descriptor = files_lowest_free(files, 0);
    struct open_file *file = files->open;

    if (descriptor < 0)
        return descriptor;
    while (file->kind != FILE_CLOSED) /* there are as many as descriptors, so one is free */
        file++;
    *file = (struct open_file){.kind = FILE_NAMED,
                               .references = 1,
                               .host = named->host,
                               .named = (unsigned)(named - files->named)};
    files->descriptors[descriptor].file = file;
    files->descriptors[descriptor].close_on_exec = close_on_exec;
    return descriptor;
}

void files_duplicate(struct files *files, unsigned from, unsigned to, bool close_on_exec)
{
    struct open_file *file = files->descriptors[from].file;

    file->references++;
    files_close(files, to);
    files->descriptors[to].file = file;
    files->descriptors[to].close_on_exec = close_on_exec;
}

void files_close(struct files *files, unsigned descriptor)
{
    struct open_file *file = files->descriptors[descriptor].file;

    if (!file)
        return;
    files->descriptors[descriptor].file = NULL;
    if (--file->references == 0)
        file->kind = FILE_CLOSED;
}
