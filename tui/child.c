/* SPDX-License-Identifier: MIT */
#include "tui/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/paths.h"
#include "common/text.h"

enum { WORDS_MAX = 64, OUTPUT_MAX = 4 << 20, LINE_BYTES = 4096 };

/* In the child: nothing of ours but the output. Only calls that are safe after fork(2). */
static void become(const char *program, char *const *argv, int input, int output)
{
    sigset_t none;

    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
    execv(program, argv);
    _exit(127);
}

int child_fork(pid_t *pid, const char *program, char *const *argv, int input, int output,
               enum child_life life, struct error *error)
{
    pid_t parent = getpid();
    int nothing = input < 0 ? open("/dev/null", O_RDONLY | O_CLOEXEC) : input;

    *pid = fork();
    if (*pid == 0) {
        if (life == CHILD_OUTLIVES_US)
            setsid();
        if (life == CHILD_DIES_WITH_US &&
            (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || getppid() != parent))
            _exit(127);
        become(program, argv, nothing, output);
    }
    int errnum = errno;
    if (nothing >= 0 && nothing != input)
        close(nothing);
    return *pid < 0 ? error_set_errno(error, errnum, "cannot start %.200s", program) : 0;
}

static int start(pid_t *pid, const char *const *words, int output, enum child_life life,
                 struct error *error)
{
    struct paths paths;
    char program[PATHS_MAX];
    char *argv[WORDS_MAX + 2] = {(char[]){"virtlab"}};

    int result = paths_find(&paths, error);
    if (result == 0)
        result = paths_join(program, paths.bin, "virtlab", error);
    if (result < 0)
        return result;
    for (size_t i = 0; i < WORDS_MAX && words[i]; i++)
        argv[i + 1] = (char *)words[i];
    return child_fork(pid, program, argv, -1, output, life, error);
}

int child_start(struct child *child, const char *const *words, struct error *error)
{
    int ends[2];

    *child = (struct child){.fd = -1};
    if (pipe2(ends, O_CLOEXEC) < 0)
        return error_set_errno(error, errno, "cannot make a pipe");
    int result = start(&child->pid, words, ends[1], CHILD_IS_OURS, error);
    close(ends[1]);
    if (result < 0) {
        close(ends[0]);
        return result;
    }
    fcntl(ends[0], F_SETFL, O_NONBLOCK);
    child->fd = ends[0];
    return 0;
}

/* Lines are kept as lines, everything else is made visible. */
static char *clean_lines(const char *text)
{
    size_t size = 0;
    char *clean = NULL;
    FILE *out = open_memstream(&clean, &size);

    while (out && *text) {
        size_t length = strcspn(text, "\n");
        char *line = strndup(text, length);
        if (line)
            text_print_clean(out, line);
        free(line);
        fputc('\n', out);
        text += length + (text[length] == '\n');
    }
    if (out)
        fclose(out);
    return clean;
}

bool child_read(struct child *child)
{
    for (;;) {
        if (child->length + LINE_BYTES + 1 > child->room) {
            size_t room = child->room ? 2 * child->room : 4 * LINE_BYTES;
            char *more = room > OUTPUT_MAX ? NULL : realloc(child->output, room);
            if (!more)
                break; /* what is more than that is not shown */
            child->output = more;
            child->room = room;
        }
        ssize_t got = read(child->fd, child->output + child->length, LINE_BYTES);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return false;
        if (got <= 0)
            break;
        child->length += (size_t)got;
    }
    close(child->fd);
    child->fd = -1;
    kill(child->pid, SIGPIPE); /* if it still writes: nobody reads any more */
    waitpid(child->pid, &child->status, 0);
    child->pid = 0;
    if (child->output) {
        child->output[child->length] = '\0';
        char *clean = clean_lines(child->output);
        free(child->output);
        child->output = clean;
    }
    return true;
}

void child_forget(struct child *child)
{
    if (child->pid > 0) {
        kill(child->pid, SIGTERM);
        waitpid(child->pid, NULL, 0);
        close(child->fd);
    }
    free(child->output);
    *child = (struct child){.fd = -1};
}

int child_start_run(pid_t *pid, int *log, const char *const *words, struct error *error)
{
    *log = memfd_create("virtlab-run", MFD_CLOEXEC);
    if (*log < 0)
        return error_set_errno(error, errno, "cannot make a file for the run's words");
    int result = start(pid, words, *log, CHILD_OUTLIVES_US, error);
    if (result < 0)
        close(*log);
    return result;
}

void child_last_line(int log, char *line, size_t size)
{
    char text[LINE_BYTES];
    off_t end = lseek(log, 0, SEEK_END), from = end > LINE_BYTES - 1 ? end - LINE_BYTES + 1 : 0;
    ssize_t length = pread(log, text, LINE_BYTES - 1, from);

    *line = '\0';
    if (length <= 0)
        return;
    text[length] = '\0';
    while (length > 0 && text[length - 1] == '\n')
        text[--length] = '\0';
    const char *last = strrchr(text, '\n');
    char *clean = text_clean(last ? last + 1 : text);
    snprintf(line, size, "%s", clean ? clean : "");
    free(clean);
}
