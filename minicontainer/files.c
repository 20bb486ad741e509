/* SPDX-License-Identifier: MIT */
#include "minicontainer/files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

int files_write(int dir, const char *path, const char *text)
{
    size_t length = strlen(text);
    int file = openat(dir, path, O_WRONLY | O_CLOEXEC);

    if (file < 0)
        return -errno;
    ssize_t written = write(file, text, length);
    int result = written < 0 ? -errno : (size_t)written < length ? -EIO : 0;
    close(file);
    return result;
}

int files_read(int dir, const char *path, char *text, size_t size)
{
    size_t length = 0;
    ssize_t count = 1;
    int file = openat(dir, path, O_RDONLY | O_CLOEXEC);

    if (file < 0)
        return -errno;
    while (count > 0 && length < size) {
        count = read(file, text + length, size - length);
        if (count < 0 && errno == EINTR)
            count = 1;
        else if (count > 0)
            length += (size_t)count;
    }
    int result = count < 0 ? -errno : length == size ? -EFBIG : (int)length;
    close(file);
    if (result >= 0)
        text[length] = '\0';
    return result;
}
