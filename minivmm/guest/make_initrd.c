/* SPDX-License-Identifier: MIT */
/*
 * Makes the initial RAM file system of a guest, from a list on standard input. Nobody has to be
 * root for it, since device nodes are only written about. Each line is one of
 *
 *     folder NAME
 *     file NAME MODE FROM
 *     link NAME TARGET
 *     device NAME MODE MAJOR MINOR
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minivmm/boot/cpio.h"

enum { WORDS_MAX = 5 };

static int put_file(struct cpio *cpio, const char *name, mode_t mode, const char *from,
                    struct error *error)
{
    struct stat status;
    int fd = open(from, O_RDONLY | O_CLOEXEC);
    int result;

    if (fd < 0 || fstat(fd, &status) < 0)
        result = error_set_errno(error, errno, "cannot open '%s'", from);
    else
        result = cpio_put_file(cpio, name, mode, fd, (uint64_t)status.st_size, error);
    if (fd >= 0)
        close(fd);
    return result;
}

static int put_line(struct cpio *cpio, char *words[WORDS_MAX], int count, struct error *error)
{
    const char *kind = words[0], *name = words[1];

    if (count == 2 && strcmp(kind, "folder") == 0)
        return cpio_put_folder(cpio, name, 0755, error);
    if (count == 4 && strcmp(kind, "file") == 0)
        return put_file(cpio, name, (mode_t)strtoul(words[2], NULL, 8), words[3], error);
    if (count == 3 && strcmp(kind, "link") == 0)
        return cpio_put_symlink(cpio, name, words[2], error);
    if (count == 5 && strcmp(kind, "device") == 0)
        return cpio_put_character_device(cpio, name, (mode_t)strtoul(words[2], NULL, 8),
                                         (unsigned)strtoul(words[3], NULL, 10),
                                         (unsigned)strtoul(words[4], NULL, 10), error);
    return error_set(error, EINVAL, "a line starts with '%s' and has %d words", kind, count);
}

int main(void)
{
    struct cpio cpio;
    struct error error;
    char line[8192], *words[WORDS_MAX];
    int result = 0;

    cpio_start(&cpio, STDOUT_FILENO);
    while (result == 0 && fgets(line, sizeof line, stdin)) {
        int count = 0;
        for (char *word = strtok(line, " \n"); word && count < WORDS_MAX;
             word = strtok(NULL, " \n"))
            words[count++] = word;
        if (count > 0)
            result = put_line(&cpio, words, count, &error);
    }
    if (result == 0)
        result = cpio_end(&cpio, &error);
    return result < 0 ? error_report(&error, "make_initrd") : 0;
}
