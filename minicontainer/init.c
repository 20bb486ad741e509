/* SPDX-License-Identifier: MIT */
#include "minicontainer/init.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "common/exitcode.h"

/*
 * Passes a signal on, unless the terminal or the kernel sent it: ^C and a change of the window's
 * size reach every process of the foreground group, so the program has it already.
 */
static void pass_on(pid_t child, const siginfo_t *info)
{
    if (info->si_code == SI_KERNEL || info->si_signo == SIGCHLD)
        return;
    kill(child, info->si_signo);
}

void init_watch(pid_t child, int *status)
{
    siginfo_t info;
    sigset_t all;

    sigfillset(&all);
    for (;;) {
        /* Orphans of the whole container become pid 1's children: take all that have ended. */
        for (;;) {
            pid_t ended = waitpid(-1, status, WNOHANG);
            if (ended == child)
                return;
            if (ended <= 0)
                break;
        }
        /* All signals are blocked, so none that comes before this call is lost. */
        if (sigwaitinfo(&all, &info) >= 0)
            pass_on(child, &info);
    }
}

int init_run(pid_t program)
{
    int status;

    init_watch(program, &status);
    return WIFSIGNALED(status) ? EXIT_SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}
