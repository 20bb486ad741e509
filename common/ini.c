/* SPDX-License-Identifier: MIT */
#include "common/ini.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int ini_mistake(const struct ini *ini, const char *what, const char *about)
{
    return error_set(ini->error, EINVAL, "%s:%u: %s '%.80s'", ini->path, ini->line, what, about);
}

int ini_out_of_memory(const struct ini *ini)
{
    return error_set_errno(ini->error, ENOMEM, "cannot read %s", ini->path);
}

int ini_set_string(const struct ini *ini, char **string, const char *value)
{
    if (*string)
        return ini_mistake(ini, "this key stands here twice; its second value is", value);
    if (*value == '\0')
        return ini_mistake(ini, "this key needs a value", value);
    *string = strdup(value);
    return *string ? 0 : ini_out_of_memory(ini);
}

/* Cuts blanks off both ends, in place. */
static char *trim(char *text)
{
    text += strspn(text, " \t");
    for (size_t length = strlen(text); length > 0 && strchr(" \t\r", text[length - 1]); length--)
        text[length - 1] = '\0';
    return text;
}

struct reading {
    struct ini *ini;
    const struct ini_events *events;
    void *context;
    bool in_section;
};

static int read_line(struct reading *reading, char *line)
{
    const struct ini *ini = reading->ini;

    line = trim(line);
    if (*line == '\0' || *line == '#')
        return 0;
    for (const char *byte = line; *byte; byte++)
        if (iscntrl((unsigned char)*byte) && *byte != '\t')
            return ini_mistake(ini, "there is a control character in", line);
    if (*line == '[') {
        size_t length = strlen(line);
        if (line[length - 1] != ']')
            return ini_mistake(ini, "the section has no ']'", line);
        line[length - 1] = '\0';
        int result = reading->in_section ? reading->events->end(reading->context) : 0;
        reading->in_section = true;
        return result < 0 ? result : reading->events->section(reading->context, trim(line + 1));
    }
    char *equals = strchr(line, '=');
    if (!equals)
        return ini_mistake(ini, "this is neither [section] nor key = value:", line);
    *equals = '\0';
    line = trim(line);
    if (!reading->in_section)
        return ini_mistake(ini, "a [section] has to come before", line);
    return reading->events->key(reading->context, line, trim(equals + 1));
}

/* A regular file: a FIFO could keep us for ever. NULL: errno says why. */
static FILE *open_regular(const char *path)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

    if (fd < 0)
        return NULL;
    bool regular = fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
    FILE *file = regular ? fdopen(fd, "r") : NULL;
    if (!file) {
        close(fd);
        errno = regular ? ENOMEM : EINVAL;
    }
    return file;
}

/* The whole file, with a 0 behind it. NULL: error is filled. */
static char *read_whole(const struct ini *ini)
{
    char *text = malloc(ini->bytes_max + 1);
    FILE *file = text ? open_regular(ini->path) : NULL;
    size_t length = 0;

    if (!file) {
        if (errno == EINVAL)
            error_set(ini->error, EINVAL, "%s is no regular file: that is no %s", ini->path,
                      ini->what);
        else
            error_set_errno(ini->error, errno, "cannot open %s", ini->path);
        free(text);
        return NULL;
    }
    length = fread(text, 1, ini->bytes_max + 1, file);
    int failed = ferror(file) ? errno : 0;
    fclose(file);
    if (failed)
        error_set_errno(ini->error, failed, "cannot read %s", ini->path);
    else if (length > ini->bytes_max)
        error_set(ini->error, EFBIG, "%s is larger than %zu bytes: that is no %s", ini->path,
                  ini->bytes_max, ini->what);
    else if (memchr(text, '\0', length))
        error_set(ini->error, EINVAL, "%s holds a zero byte: it is no text", ini->path);
    else {
        text[length] = '\0';
        return text;
    }
    free(text);
    return NULL;
}

int ini_read(struct ini *ini, const struct ini_events *events, void *context)
{
    struct reading reading = {.ini = ini, .events = events, .context = context};
    char *text = read_whole(ini);
    char *rest = text;
    int result = 0;

    if (!text)
        return -ini->error->errnum;
    ini->line = 0;
    while (result == 0 && rest) {
        char *line = strsep(&rest, "\n");
        ini->line++;
        result = read_line(&reading, line);
    }
    if (result == 0 && reading.in_section)
        result = events->end(context);
    free(text);
    return result;
}
