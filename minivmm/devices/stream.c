/* SPDX-License-Identifier: MIT */
/* Reading and writing somebody else's descriptor without waiting. */
#include "minivmm/devices/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* Where a terminal or a pipe cannot be opened again (no /proc, or not ours), poll(2) comes before
 * each call, and a pipe that it calls writable takes at least this much at once (pipe(7)). */
enum { WRITE_MAX = PIPE_BUF };

static int open_again(int fd, int access)
{
    char path[sizeof "/proc/self/fd/" + 3 * sizeof fd];

    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return open(path, access | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

void stream_open(struct stream *stream, int fd, bool writing)
{
    struct stat status;

    *stream = (struct stream){.fd = fd};
    if (fd < 0 || fstat(fd, &status) < 0)
        return;
    stream->socket = S_ISSOCK(status.st_mode);
    /* Not a regular file: opened again, it would be written from its start. */
    if (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))
        return;
    /* Nor a terminal's master: opened again, it would be that of another terminal (pts(4)). */
    char name[64];
    if (ptsname_r(fd, name, sizeof name) == 0)
        return;
    int own = open_again(fd, writing ? O_WRONLY : O_RDONLY);
    if (own >= 0)
        *stream = (struct stream){.fd = own, .owned = true};
}

void stream_close(struct stream *stream)
{
    if (stream->owned)
        close(stream->fd);
    *stream = (struct stream){.fd = -1};
}

ssize_t stream_read(const struct stream *stream, void *to, size_t size)
{
    ssize_t got =
        stream->socket ? recv(stream->fd, to, size, MSG_DONTWAIT) : read(stream->fd, to, size);
    return got < 0 ? -errno : got;
}

ssize_t stream_write(const struct stream *stream, const void *from, size_t size)
{
    size_t most = size < WRITE_MAX ? size : WRITE_MAX;
    ssize_t put = stream->socket ? send(stream->fd, from, most, MSG_DONTWAIT | MSG_NOSIGNAL)
                                 : write(stream->fd, from, most);
    return put < 0 ? -errno : put;
}
