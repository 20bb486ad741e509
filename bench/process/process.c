/* SPDX-License-Identifier: MIT */
#include "bench/process/process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/guard.h"
#include "common/clock.h"
#include "common/exitcode.h"

enum { OUTPUT_BUFFER_BYTES = 64 * 1024 }; /* as much as a pipe holds, pipe(7) */

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* Our end must not block, since a program may write in dribs; the program's end must, as always. */
static int make_pipe(int ends[2], int our_end, struct error *error)
{
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot make a pipe");
    if (fcntl(ends[our_end], F_SETFL, O_NONBLOCK) < 0)
        return error_set_errno(error, errno, "cannot make a pipe that does not block");
    return 0;
}

static void enter(struct process_account *account, int64_t now_ns)
{
    if (account && atomic_fetch_add(&account->running, 1) == 0)
        account->since_ns = now_ns;
}

static void leave(struct process_account *account, int64_t now_ns)
{
    if (account && atomic_fetch_sub(&account->running, 1) == 1)
        account->total_ns += now_ns - account->since_ns;
}

int process_start(struct process *process, const struct process_options *options,
                  struct error *error)
{
    int input[2] = {-1, -1}, output[2] = {-1, -1}, errors[2] = {-1, -1};
    struct spawned spawned;
    int result;

    *process = (struct process){.pidfd = -1, .input = -1, .output_fd = -1, .errors_fd = -1};
    process->output = malloc(OUTPUT_BUFFER_BYTES);
    if (!process->output)
        return error_set_errno(error, ENOMEM, "cannot start %s", options->argv[0]);
    result = make_pipe(output, 0, error);
    if (result == 0)
        result = make_pipe(errors, 0, error);
    if (result == 0 && options->input)
        result = make_pipe(input, 1, error);
    if (result < 0)
        goto out;

    struct spawn_request request = {
        .argv = options->argv,
        .envp = options->envp,
        .input = input[0],
        .output = output[1],
        .errors = errors[1],
        .cpu = options->cpu,
        .uid = options->uid,
        .cgroup_count = options->cgroup_count,
    };
    memcpy(request.cgroup_fds, options->cgroup_fds, sizeof request.cgroup_fds);
    result = spawn(&request, &spawned, error);
    if (result < 0)
        goto out;
    process->pid = spawned.pid;
    process->pidfd = spawned.pidfd;
    process->t0_ns = spawned.t0_ns;
    process->account = options->account;
    enter(process->account, process->t0_ns);
    process->deadline_ns = options->timeout_ns ? spawned.t0_ns + options->timeout_ns : 0;
    process->input = input[1];
    process->output_fd = output[0];
    process->errors_fd = errors[0];
    input[1] = output[0] = errors[0] = -1;
out:
    for (int i = 0; i < 2; i++) {
        close_fd(&input[i]);
        close_fd(&output[i]);
        close_fd(&errors[i]);
    }
    if (result < 0) {
        free(process->output);
        process->output = NULL;
    }
    return result;
}

/* Keeps the end of what it says on standard error: the last line is the reason of a failure. */
static bool read_errors(struct process *process)
{
    char piece[512];
    ssize_t got = read(process->errors_fd, piece, sizeof piece);
    size_t room = sizeof process->errors - process->errors_length, length;

    if (got <= 0) {
        if (got == 0 || errno != EAGAIN)
            close_fd(&process->errors_fd);
        return false;
    }
    length = (size_t)got;
    if (length > room) {
        size_t drop = length - room;
        process->errors_length -= drop;
        memmove(process->errors, process->errors + drop, process->errors_length);
    }
    memcpy(process->errors + process->errors_length, piece, length);
    process->errors_length += length;
    process->errors_left -= (int)length;
    return true;
}

static bool read_output(struct process *process)
{
    ssize_t got = read(process->output_fd, process->output, OUTPUT_BUFFER_BYTES);

    process->at_ns = clock_now_ns();
    if (got > 0) {
        process->output_length = (size_t)got;
        return true;
    }
    if (got == 0 || errno != EAGAIN)
        close_fd(&process->output_fd);
    return false;
}

static int64_t timeval_ns(struct timeval time)
{
    return time.tv_sec * NS_PER_S + time.tv_usec * NS_PER_US;
}

static int bytes_in_pipe(int fd)
{
    int bytes = 0;
    return fd >= 0 && ioctl(fd, FIONREAD, &bytes) == 0 ? bytes : 0;
}

/* Its process group goes with it: while it is not reaped, the group's number cannot be another's.
 */
static void reap(struct process *process)
{
    struct rusage usage;
    int status;

    kill(-process->pid, SIGKILL);
    while (wait4(process->pid, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    process->ended_ns = clock_now_ns();
    process->ended = true;
    leave(process->account, process->ended_ns);
    process->exit = WIFSIGNALED(status) ? EXIT_SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
    process->output_left = bytes_in_pipe(process->output_fd);
    process->errors_left = bytes_in_pipe(process->errors_fd);
    process->user_ns = timeval_ns(usage.ru_utime);
    process->system_ns = timeval_ns(usage.ru_stime);
}

/*
 * What stood in the pipes when it was reaped comes first, and no more: somebody whom it left behind
 * may hold them open and write for ever.
 */
static enum process_event after_end(struct process *process)
{
    while (process->errors_left > 0 && process->errors_fd >= 0 && read_errors(process))
        ;
    if (process->output_left > 0 && process->output_fd >= 0 && read_output(process)) {
        process->output_left -= (int)process->output_length;
        return PROCESS_OUTPUT;
    }
    process->at_ns = process->ended_ns;
    process->over = true;
    return PROCESS_ENDED;
}

enum process_event process_next(struct process *process)
{
    for (;;) {
        if (guard_interrupted())
            return PROCESS_INTERRUPTED;
        if (process->ended)
            return after_end(process);
        int64_t now = clock_now_ns(), until = process->deadline_ns;
        if (until && now >= until)
            return PROCESS_TIMED_OUT;
        if (process->wake_ns && now >= process->wake_ns) {
            process->wake_ns = 0;
            return PROCESS_WOKEN;
        }
        if (process->wake_ns && (!until || process->wake_ns < until))
            until = process->wake_ns;
        struct timespec left = {.tv_sec = (until - now) / NS_PER_S,
                                .tv_nsec = (until - now) % NS_PER_S};
        struct pollfd polled[] = {
            {.fd = process->output_fd, .events = POLLIN},
            {.fd = process->errors_fd, .events = POLLIN},
            {.fd = process->pidfd,     .events = POLLIN},
            {.fd = guard_wake_fd(),    .events = POLLIN},
        };
        if (ppoll(polled, 4, until ? &left : NULL, NULL) <= 0)
            continue;
        /*
         * The end comes before output that arrived with it, or endless output would hide it. Only
         * the first output is read at once, since its moment is wanted.
         */
        bool first = process->output_length == 0;
        if (polled[2].revents && !(first && polled[0].revents))
            reap(process);
        else if (polled[0].revents && read_output(process))
            return PROCESS_OUTPUT;
        else if (polled[1].revents)
            read_errors(process);
    }
}

void process_end_input(struct process *process)
{
    close_fd(&process->input);
}

void process_close(struct process *process)
{
    close_fd(&process->input);
    close_fd(&process->output_fd);
    close_fd(&process->errors_fd);
    close_fd(&process->pidfd);
    free(process->output);
    process->output = NULL;
}

void process_kill(struct process *process)
{
    if (process->pid > 0 && !process->ended)
        reap(process); /* which kills first */
    process_close(process);
}

void process_last_error_line(const struct process *process, char *line, size_t size)
{
    const char *text = process->errors;
    size_t end = process->errors_length, start;

    while (end > 0 && strchr(" \t\r\n", text[end - 1]))
        end--;
    for (start = end; start > 0 && text[start - 1] != '\n'; start--)
        ;
    while (start < end && (text[start] == ' ' || text[start] == '\t'))
        start++;
    snprintf(line, size, "%.*s", (int)(end - start), text + start);
}
