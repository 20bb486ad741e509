/* SPDX-License-Identifier: MIT */
#include "common/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

void streams_start(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        /* Opened the wrong way round, so that using it is EBADF; open() gives the lowest number. */
        if (fcntl(fd, F_GETFD) < 0 && errno == EBADF)
            (void)!open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
}

int streams_finish(struct error *error)
{
    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return 0;
    /* An earlier failure has left only its mark, not its errno. */
    if (errno == 0)
        return error_set(error, EIO, "not everything could be written to standard output");
    return error_set_errno(error, errno, "cannot write to standard output");
}
