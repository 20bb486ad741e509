/* SPDX-License-Identifier: MIT */
/*
 * One program in the guest, as if it had been started on the host: with the same arguments and
 * variables, its standard streams leading to the host's, and its exit status handed out.
 *
 * Its streams are pipes, as anywhere, and /init carries what goes through them to and from the
 * console's ports. The ports themselves would not do: a port takes at most 32 KiB of one write(2),
 * knows no SIGPIPE, and does not say when what was written has arrived.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "minivmm/guest/guest.h"

enum {
    STREAM_BYTES = 32 << 10, /* carried at once: as much as a port takes */
    STATUS_FAILED = 125,
    STATUS_CANNOT_EXECUTE = 126,
    STATUS_NOT_FOUND = 127,
    STATUS_SIGNAL_BASE = 128,
};

/* --- what to run ----------------------------------------------------------------------------- */

struct command {
    char *folder;
    char **argv, **envp;
};

/* The next of the strings, each ended by 0, between *at and end; NULL: there is none. */
static char *next_string(char **at, char *end)
{
    char *string = *at;
    char *zero = string < end ? memchr(string, 0, (size_t)(end - string)) : NULL;

    *at = zero ? zero + 1 : end;
    return zero ? string : NULL;
}

/* So many strings, as a list ended by NULL; NULL: there are fewer. */
static char **next_list(char **at, char *end, unsigned long count)
{
    char **list = count <= (size_t)(end - *at) ? calloc(count + 1, sizeof *list) : NULL;

    for (unsigned long i = 0; list && i < count; i++)
        if (!(list[i] = next_string(at, end)))
            return NULL;
    return list;
}

/* /virtlab/command: the number of arguments and of variables, the folder, arguments, variables. */
static bool read_command(struct command *command)
{
    struct stat status;
    int fd = open("/virtlab/command", O_RDONLY | O_CLOEXEC);
    char *text = fd >= 0 && fstat(fd, &status) == 0 ? malloc((size_t)status.st_size) : NULL;

    if (!text || read(fd, text, (size_t)status.st_size) != status.st_size) {
        say("cannot read /virtlab/command: %s", strerror(errno));
        return false;
    }
    close(fd);

    char *at = text, *end = text + status.st_size;
    const char *arguments = next_string(&at, end), *variables = next_string(&at, end);
    command->folder = next_string(&at, end);
    if (command->folder) {
        command->argv = next_list(&at, end, strtoul(arguments, NULL, 10));
        command->envp = next_list(&at, end, strtoul(variables, NULL, 10));
    }
    if (!command->folder || !command->argv || !command->argv[0] || !command->envp) {
        say("/virtlab/command makes no sense");
        return false;
    }
    return true;
}

/* --- its streams ----------------------------------------------------------------------------- */

struct stream {
    int from, to; /* both not blocking; -1 once the stream has ended */
    size_t start, end;
    uint64_t carried;
    char data[STREAM_BYTES];
};

static void close_stream(struct stream *stream)
{
    if (stream->from >= 0)
        close(stream->from);
    if (stream->to >= 0)
        close(stream->to);
    stream->from = stream->to = -1;
}

/* Carry what can be carried without waiting. False: there was nothing to carry. */
static bool carry(struct stream *stream)
{
    if (stream->start == stream->end) {
        ssize_t got = read(stream->from, stream->data, sizeof stream->data);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (got <= 0) {
            close_stream(stream); /* and so hands the end on */
            return false;
        }
        stream->start = 0;
        stream->end = (size_t)got;
    }
    ssize_t put = write(stream->to, stream->data + stream->start, stream->end - stream->start);
    if (put == 0 || (put < 0 && errno != EAGAIN && errno != EINTR)) {
        close_stream(stream);
        return false;
    }
    if (put > 0) {
        stream->start += (size_t)put;
        stream->carried += (uint64_t)put;
    }
    return true;
}

/*
 * Wait for any of the streams that can be carried on, and for the end of a child; carry. A reader
 * that has gone shows as an error on its side: then the writer's side is closed, and the writer
 * gets SIGPIPE or learns that nobody writes any more.
 */
static void attend(struct stream streams[PORTS], int children)
{
    struct pollfd fds[2 * PORTS + 1];

    fds[2 * PORTS] = (struct pollfd){.fd = children, .events = POLLIN};
    for (int i = 0; i < PORTS; i++) {
        bool loaded = streams[i].start < streams[i].end;
        fds[2 * i] = (struct pollfd){.fd = loaded ? -1 : streams[i].from, .events = POLLIN};
        fds[2 * i + 1] =
            (struct pollfd){.fd = streams[i].to, .events = (short)(loaded ? POLLOUT : 0)};
    }
    if (poll(fds, 2 * PORTS + 1, -1) < 0)
        return;
    for (int i = 0; i < PORTS; i++) {
        if (fds[2 * i + 1].revents & (POLLERR | POLLHUP | POLLNVAL))
            close_stream(&streams[i]);
        else if (fds[2 * i].revents || fds[2 * i + 1].revents)
            carry(&streams[i]);
    }
    if (fds[2 * PORTS].revents) {
        struct signalfd_siginfo info;
        (void)!read(children, &info, sizeof info);
    }
}

/* --- its life -------------------------------------------------------------------------------- */

/* In the child: become the program. */
static _Noreturn void execute(const struct command *command, const int ends[PORTS])
{
    sigset_t none;

    for (int i = 0; i < PORTS; i++)
        dup2(ends[i], i); /* what is above 2 closes when the program is executed */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    if (chdir(command->folder) < 0) {
        dprintf(2, "init: cannot go to the folder '%s': %s\n", command->folder, strerror(errno));
        _exit(STATUS_FAILED);
    }
    mark(MARK_PROGRAM);
    execve("/virtlab/program", command->argv, command->envp);
    dprintf(2, "init: cannot execute '%s': %s\n", command->argv[0], strerror(errno));
    _exit(errno == ENOENT ? STATUS_NOT_FOUND : STATUS_CANNOT_EXECUTE);
}

/* Make the pipes and start the program at their far ends; its process, or -1. */
static pid_t start(const struct command *command, const int ports[PORTS],
                   struct stream streams[PORTS])
{
    int ends[PORTS], ours[PORTS];

    for (int i = 0; i < PORTS; i++) {
        int pipe_fds[2];
        if (pipe2(pipe_fds, O_CLOEXEC) < 0)
            return -1;
        ends[i] = pipe_fds[i == 0 ? 0 : 1];
        ours[i] = pipe_fds[i == 0 ? 1 : 0];
        fcntl(ours[i], F_SETFL, O_NONBLOCK);
        streams[i].from = i == 0 ? ports[i] : ours[i];
        streams[i].to = i == 0 ? ours[i] : ports[i];
    }
    pid_t child = fork();
    if (child == 0)
        execute(command, ends);
    for (int i = 0; i < PORTS; i++)
        close(ends[i]);
    return child;
}

/* Bury every child that has ended. True once the program is among them. */
static bool bury(pid_t program, int *status)
{
    bool ended = false;
    int how;

    for (pid_t child; (child = waitpid(-1, &how, WNOHANG)) > 0;) {
        if (child != program)
            continue;
        ended = true;
        *status = WIFSIGNALED(how) ? STATUS_SIGNAL_BASE + WTERMSIG(how) : WEXITSTATUS(how);
    }
    return ended;
}

/*
 * What the program wrote last is still in the pipe: carry that. What its children may write yet is
 * not waited for, or one that never stops would keep the guest alive.
 */
static void drain(struct stream *stream)
{
    int left = 0;

    ioctl(stream->from, FIONREAD, &left);
    uint64_t until = stream->carried + (stream->end - stream->start) + (uint64_t)left;
    while (stream->carried < until && carry(stream)) {
        struct pollfd port = {.fd = stream->to, .events = POLLOUT};
        if (stream->start < stream->end && poll(&port, 1, -1) > 0 && (port.revents & POLLHUP))
            close_stream(stream);
        if (stream->to < 0)
            return;
    }
}

bool program_run(int announcements, struct ended *ended)
{
    static struct stream streams[PORTS];
    struct command command = {0};
    int ports[PORTS];
    sigset_t child_ends;

    sigemptyset(&child_ends);
    sigaddset(&child_ends, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_ends, NULL);
    int children = signalfd(-1, &child_ends, SFD_CLOEXEC | SFD_NONBLOCK);
    signal(SIGPIPE, SIG_IGN);

    if (!read_command(&command) || !ports_open(announcements, ports))
        return false;
    pid_t program = start(&command, ports, streams);
    if (program < 0 || children < 0) {
        say("cannot start the program: %s", strerror(errno));
        return false;
    }

    do
        attend(streams, children);
    while (!bury(program, &ended->status));

    close_stream(&streams[0]);
    for (int i = 1; i < PORTS; i++)
        drain(&streams[i]);
    ended->stdout_bytes = streams[1].carried;
    ended->stderr_bytes = streams[2].carried;
    return true;
}
