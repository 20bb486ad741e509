/* SPDX-License-Identifier: MIT */
#include "common/host_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t host_read(const char *path, char *buffer, size_t size)
{
    size_t used = 0;
    int errnum = 0;

    buffer[0] = '\0';
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -errno;
    while (used < size - 1) {
        ssize_t got = read(fd, buffer + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            errnum = errno;
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    close(fd);
    buffer[errnum ? 0 : used] = '\0';
    return errnum ? -errnum : (ssize_t)used;
}

bool host_read_line(const char *path, char *buffer, size_t size)
{
    ssize_t length = host_read(path, buffer, size);

    buffer[strcspn(buffer, "\n")] = '\0';
    return length > 0;
}

bool host_read_number(const char *path, int64_t *value)
{
    char line[32], *end;

    if (!host_read_line(path, line, sizeof line))
        return false;
    errno = 0;
    long long number = strtoll(line, &end, 10);
    if (errno || end == line || *end)
        return false;
    *value = number;
    return true;
}

void host_chosen_word(char *line)
{
    char *open = strchr(line, '['), *close = open ? strchr(open, ']') : NULL;

    if (!close)
        return;
    *close = '\0';
    memmove(line, open + 1, strlen(open + 1) + 1);
}
