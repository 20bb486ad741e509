/* SPDX-License-Identifier: MIT */
#include "tui/model/quiet_thread.h"

#include <signal.h>

/*
 * What the thread's own mistakes raise is not blocked: Linux ends a process that blocks one of
 * these, whatever its handler, and the terminal would stay as it was drawn on (screen/crash.h).
 */
static const int let_through[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};

int quiet_thread_start(pthread_t *thread, void *(*work)(void *), void *argument)
{
    sigset_t blocked, before;

    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof let_through / sizeof *let_through; i++)
        sigdelset(&blocked, let_through[i]);
    pthread_sigmask(SIG_BLOCK, &blocked, &before);
    int failed = pthread_create(thread, NULL, work, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}
