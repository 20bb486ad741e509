/* SPDX-License-Identifier: MIT */
#include "bench/process/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/exitcode.h"
#include "common/paths.h"

static bool is_executable(char *path, size_t size, const char *folder, int length, const char *name)
{
    return (size_t)snprintf(path, size, "%.*s/%s", length, folder, name) < size &&
           access(path, X_OK) == 0;
}

bool capture_find(const char *name, char *path, size_t size)
{
    struct paths paths;
    struct error error;
    const char *list = getenv("PATH");

    if (paths_find(&paths, &error) == 0 &&
        is_executable(path, size, paths.bin, (int)strlen(paths.bin), name))
        return true;
    for (const char *folder = list ? list : "/usr/bin:/bin"; *folder; folder += *folder == ':') {
        size_t length = strcspn(folder, ":");
        /* A relative folder would be a different one for everybody. */
        if (*folder == '/' && is_executable(path, size, folder, (int)length, name))
            return true;
        folder += length;
    }
    return false;
}

/* Milliseconds until deadline_ns, rounded up, 0 when it has passed. */
static int left_ms(int64_t deadline_ns)
{
    int64_t left = deadline_ns - clock_now_ns();

    return left > 0 ? (int)((left + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

static bool wait_readable(int fd, int64_t deadline_ns)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    int result;

    do
        result = poll(&ready, 1, left_ms(deadline_ns));
    while (result < 0 && errno == EINTR && left_ms(deadline_ns) > 0);
    return result > 0;
}

/* Keeps what fits and throws the rest away, until the end of the output. false: the time is up. */
static bool read_all(int fd, char *buffer, size_t size, int64_t deadline_ns)
{
    size_t used = 0;
    char rest[4096];

    buffer[0] = '\0';
    for (;;) {
        if (!wait_readable(fd, deadline_ns))
            return false;
        bool full = used + 1 >= size;
        ssize_t got = full ? read(fd, rest, sizeof rest) : read(fd, buffer + used, size - 1 - used);
        if (got <= 0)
            return true;
        if (!full)
            buffer[used += (size_t)got] = '\0';
    }
}

int capture(char *const *argv, int timeout_ms, char *buffer, size_t size, struct error *error)
{
    int64_t deadline_ns = clock_now_ns() + timeout_ms * NS_PER_MS;
    int ends[2], status = 0;

    buffer[0] = '\0';
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot make a pipe for %s", argv[0]);
    struct spawn_request request = {
        .argv = argv, .envp = environ, .input = -1, .output = ends[1], .errors = -1, .cpu = -1};
    struct spawned spawned;
    int result = spawn(&request, &spawned, error);
    close(ends[1]);
    if (result < 0) {
        close(ends[0]);
        return result;
    }

    bool ended =
        read_all(ends[0], buffer, size, deadline_ns) && wait_readable(spawned.pidfd, deadline_ns);
    kill(-spawned.pid, SIGKILL); /* it is the leader of its group, and not reaped yet */
    while (waitpid(spawned.pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(spawned.pidfd);
    close(ends[0]);
    if (!ended)
        return error_set(error, ETIMEDOUT, "'%s' did not end within %d ms", argv[0], timeout_ms);
    return WIFSIGNALED(status) ? EXIT_SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}
