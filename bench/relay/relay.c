/* SPDX-License-Identifier: MIT */
/*
 * relay: all probes in one program, for boxes whose start takes seconds. The box is started once,
 * with the same words on its command line that every probe takes; then for each line on standard
 * input, the name of a probe, that probe runs in a process of its own and prints its line. It
 * stands, as it does alone, until a line `end` comes; and when it is gone, by whatever it ended,
 *
 *     ended STATUS
 *
 * is printed, the status as a shell gives it. The probes are the same sources as the programs of
 * that name, compiled with another name for main().
 */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/exitcode.h"

/*
 * main() has two forms. The processor's ABI hands arguments over in registers, which a function
 * without arguments does not look at: so both can be called with arguments (psABI, 3.2.3).
 */
typedef int probe_main(int argc, char **argv);

#define PROBE(function, name) probe_main function;
#include "bench/relay_probes.inc" /* made from the names of the files */
#undef PROBE

static const struct {
    const char *name;
    probe_main *main;
} probes[] = {
#define PROBE(function, name) {name, function},
#include "bench/relay_probes.inc"
};

static int fail(const char *what)
{
    fprintf(stderr, "relay: %s: %s\n", what, strerror(errno));
    return EXIT_TOOL_FAILED;
}

static probe_main *find_probe(const char *name)
{
    for (size_t i = 0; i < sizeof probes / sizeof *probes; i++)
        if (strcmp(probes[i].name, name) == 0)
            return probes[i].main;
    return NULL;
}

/*
 * Start the probe with a socket as its standard input, whose other end is returned: shutting that
 * down ends its input, and it hangs up when the probe is gone.
 */
static int start(probe_main *probe, int argc, char **argv, pid_t *pid)
{
    int ends[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        return -1;
    *pid = fork();
    if (*pid == 0) {
        /* It must find no descriptor but those that the box was given. */
        dup2(ends[1], STDIN_FILENO);
        close(ends[0]);
        close(ends[1]);
        _exit(probe(argc, argv));
    }
    close(ends[1]);
    if (*pid > 0)
        return ends[0];
    close(ends[0]);
    return -1;
}

/* Until the probe is gone; a line on standard input, or its end, tells it to go. */
static int await_end(int socket, pid_t pid)
{
    struct pollfd waiting[] = {
        {STDIN_FILENO, POLLIN, 0},
        {socket,       POLLIN, 0},
    };
    char line[64];
    int status;

    while (!(waiting[1].revents & POLLHUP)) {
        if (poll(waiting, 2, -1) < 0 && errno != EINTR)
            return -1;
        if (waiting[0].fd >= 0 && waiting[0].revents) {
            if (!fgets(line, sizeof line, stdin) || strcmp(line, "end\n") == 0)
                shutdown(socket, SHUT_WR);
            waiting[0].fd = -1; /* once is enough */
        }
    }
    if (waitpid(pid, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL_BASE + WTERMSIG(status);
}

static int run(probe_main *probe, int argc, char **argv)
{
    pid_t pid;
    int socket = start(probe, argc, argv, &pid);
    if (socket < 0)
        return -1;
    int status = await_end(socket, pid);
    close(socket);
    return status;
}

int main(int argc, char **argv)
{
    char line[64];

    setvbuf(stdin, NULL, _IONBF, 0); /* so that poll() sees every line */
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        probe_main *probe = find_probe(line);
        if (!probe) {
            fprintf(stderr, "relay: there is no probe '%s'\n", line);
            return EXIT_TOOL_FAILED;
        }
        int status = run(probe, argc, argv);
        if (status < 0)
            return fail("cannot run a probe");
        printf("ended %d\n", status);
        if (fflush(stdout) != 0)
            return fail("cannot answer");
    }
    return EXIT_SUCCESS;
}
