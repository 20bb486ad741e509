/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GUARD_DONE = 'd' };

static bool same_modes(const struct termios *a, const struct termios *b)
{
    return a->c_iflag == b->c_iflag && a->c_oflag == b->c_oflag && a->c_lflag == b->c_lflag &&
           a->c_cflag == b->c_cflag;
}

/*
 * The guard waits for a byte, or for the end of the pipe. A shell may have taken its terminal back
 * meanwhile and set it as it likes: then it is not raw as we made it, and nothing is to be done.
 */
static _Noreturn void guard(const struct terminal *terminal, int pipe_fd)
{
    struct termios now;
    sigset_t all;
    char byte;

    prctl(PR_SET_NAME, "minivmm-tty");
    /* A session of its own: who kills our whole process group, by SIGKILL too, does not meet it,
     * and no job control stops it when it sets the terminal. */
    setsid();
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    /* It holds nothing but the terminal and the pipe, so that it keeps nobody waiting for their
     * end. */
    if (dup2(terminal->fd, 0) < 0 || dup2(pipe_fd, 1) < 0)
        _exit(1);
    syscall(SYS_close_range, 2u, ~0u, 0u);

    ssize_t got;
    do
        got = read(1, &byte, 1);
    while (got < 0 && errno == EINTR);
    if (got == 0 && tcgetattr(0, &now) == 0 && same_modes(&now, &terminal->raw))
        tcsetattr(0, TCSADRAIN, &terminal->before);
    _exit(0);
}

static int start_guard(struct terminal *terminal, struct error *error)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot guard the terminal");
    terminal->guard = fork();
    if (terminal->guard == 0) {
        close(ends[1]);
        guard(terminal, ends[0]);
    }
    close(ends[0]);
    terminal->guard_fd = ends[1];
    if (terminal->guard < 0)
        return error_set_errno(error, errno, "cannot guard the terminal");
    return 0;
}

static struct termios raw_modes(const struct termios *before)
{
    struct termios raw = *before;

    /* Input as it is typed: no lines, no echo, no signals, no translation. */
    raw.c_iflag &= ~(tcflag_t)(IGNBRK | BRKINT | PARMRK | ISTRIP | INLCR | IGNCR | ICRNL | IXON);
    raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    raw.c_cflag = (raw.c_cflag & ~(tcflag_t)(CSIZE | PARENB)) | CS8;
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    /* Output keeps its line ends: our own messages go there too, and the guest's \r\n suffers
     * nothing by it. */
    return raw;
}

int terminal_open(struct terminal *terminal, int fd, struct error *error)
{
    *terminal = (struct terminal){.fd = -1, .guard_fd = -1};
    pid_t foreground = tcgetpgrp(fd); /* -1: not the terminal that controls us */
    /* In the background nobody types, and the modes are somebody else's. */
    if (tcgetattr(fd, &terminal->before) < 0 || (foreground >= 0 && foreground != getpgrp()))
        return 0;
    terminal->fd = fd;
    terminal->raw = raw_modes(&terminal->before);
    return start_guard(terminal, error);
}

int terminal_make_raw(struct terminal *terminal, struct error *error)
{
    if (terminal->fd < 0)
        return 0;
    if (tcsetattr(terminal->fd, TCSADRAIN, &terminal->raw) < 0)
        return error_set_errno(error, errno, "cannot set the terminal to raw mode");
    terminal->is_raw = true;
    return 0;
}

void terminal_close(struct terminal *terminal)
{
    const char done = GUARD_DONE;

    if (terminal->is_raw)
        tcsetattr(terminal->fd, TCSADRAIN, &terminal->before);
    if (terminal->guard_fd >= 0) {
        /* It must not come behind us and change what the shell has set meanwhile. */
        if (write(terminal->guard_fd, &done, 1) < 0) { /* it is gone already */
        }
        close(terminal->guard_fd);
    }
    if (terminal->guard > 0)
        waitpid(terminal->guard, NULL, 0);
    *terminal = (struct terminal){.fd = -1, .guard_fd = -1};
}
