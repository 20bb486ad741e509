/* SPDX-License-Identifier: MIT */
#include "minicontainer/init.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "common/exitcode.h"

/*
 * Passes a signal on, unless the terminal sent it: ^C and a change of the window's size reach every
 * process of the foreground group, so the program has it already. At ^Z the program has stopped,
 * and so must who waits for it, or the shell would not get its prompt back.
 */
static void pass_on(pid_t child, enum init_reap reap, const siginfo_t *info)
{
    if (info->si_signo == SIGCHLD)
        return;
    if (info->si_code != SI_KERNEL)
        kill(child, info->si_signo);
    else if (info->si_signo == SIGTSTP && reap == INIT_ONLY_CHILD)
        raise(SIGSTOP);
}

void init_watch(pid_t child, enum init_reap reap, int *status)
{
    siginfo_t info;
    sigset_t all;

    sigfillset(&all);
    for (;;) {
        for (;;) {
            pid_t ended = waitpid(reap == INIT_EVERYTHING ? -1 : child, status, WNOHANG);
            if (ended == child)
                return;
            if (ended < 0 && errno == ECHILD) {
                /* Somebody else has reaped it: its status is lost, but waiting would never end. */
                *status = EXIT_TOOL_FAILED << 8;
                return;
            }
            if (ended <= 0)
                break;
        }
        /* All signals are blocked, so none that comes before this call is lost. */
        if (sigwaitinfo(&all, &info) >= 0)
            pass_on(child, reap, &info);
    }
}

int init_run(pid_t program)
{
    int status;

    init_watch(program, INIT_EVERYTHING, &status);
    return WIFSIGNALED(status) ? EXIT_SIGNAL_BASE + WTERMSIG(status) : WEXITSTATUS(status);
}
