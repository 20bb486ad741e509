/* SPDX-License-Identifier: MIT */
#include "bench/report/gnuplot.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/capture.h"
#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/i18n.h"

enum { TIMEOUT_S = 20 };

bool gnuplot_find(char *path, size_t size)
{
    return capture_find("gnuplot", path, size);
}

/* Whether it has ended within the time; a signal that we catch does not make the time longer. */
static bool await_end(int pidfd)
{
    int64_t deadline = clock_now_ns() + TIMEOUT_S * NS_PER_S;

    for (;;) {
        struct pollfd ended = {.fd = pidfd, .events = POLLIN};
        int64_t left_ms = (deadline - clock_now_ns()) / NS_PER_MS;
        if (left_ms <= 0)
            return false;
        int result = poll(&ended, 1, (int)left_ms);
        if (result > 0)
            return true;
        if (result < 0 && errno != EINTR)
            return false;
    }
}

int gnuplot_run(const char *gnuplot, const struct gnuplot_call *call, struct error *error)
{
    char path[] = "PATH=/usr/bin:/bin", locale[] = "LC_ALL=C.UTF-8";
    char home[] = "HOME=/nonexistent"; /* nor a cache of fonts in it */
    char *const envp[] = {path, locale, home, NULL};
    char no_start_up_files[] = "-d", with_arguments[] = "-c", input[] = "/dev/stdin", output[16];
    char *const argv[] = {
        (char *)gnuplot, no_start_up_files,   with_arguments,         (char *)call->script, input,
        output,          (char *)call->label, (char *)call->language, (char *)call->size,   NULL};
    struct spawn_request request = {.argv = argv,
                                    .envp = envp,
                                    .input = call->data,
                                    .output = call->picture,
                                    .errors = -1,
                                    .cpu = -1};
    struct spawned spawned;
    struct stat drawn;
    int status = 0;

    snprintf(output, sizeof output, "-.%s", call->format);
    int result = spawn(&request, &spawned, error);
    if (result < 0)
        return result;
    bool in_time = await_end(spawned.pidfd);
    if (!in_time)
        kill(-spawned.pid, SIGKILL);
    while (waitpid(spawned.pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(spawned.pidfd);
    if (!in_time)
        return error_set(error, ETIMEDOUT, _("gnuplot took longer than %d s"), TIMEOUT_S);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return error_set(error, EIO, _("gnuplot failed on %s"), call->script);
    if (fstat(call->picture, &drawn) < 0 || drawn.st_size == 0)
        return error_set(error, EIO, _("gnuplot drew nothing from %s"), call->script);
    return 0;
}
