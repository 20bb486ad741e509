/* SPDX-License-Identifier: MIT */
/*
 * A descriptor that somebody else made (a terminal, a pipe, a file, a socket), read and written
 * without ever waiting. O_NONBLOCK would do that, but it belongs to the open file, which the caller
 * shares with us: the shell would find its terminal changed. So a terminal or pipe is opened once
 * more, for ourselves; a socket is asked at each call; a regular file never makes anybody wait.
 */
#ifndef MINIVMM_STREAM_H
#define MINIVMM_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct stream {
    int fd; /* for poll(2), which says when to call; -1: none */
    bool owned, socket;
};

/* Use fd (-1: none) for writing, or else for reading. It stays the caller's. */
void stream_open(struct stream *stream, int fd, bool writing);
void stream_close(struct stream *stream);

/* As read(2) and write(2), but -1 comes as the negative errno: -EAGAIN means later. No SIGPIPE from
 * sockets; from pipes, where the caller blocks or ignores it. */
ssize_t stream_read(const struct stream *stream, void *to, size_t size);
ssize_t stream_write(const struct stream *stream, const void *from, size_t size);

#endif
