/* SPDX-License-Identifier: MIT */
#include "minivmm/devices/thread.h"

#include <signal.h>

/*
 * What a device's thread must not block: a signal that its own access to memory raises, since Linux
 * ends a process that blocks one, whatever its handler (SIGBUS: boot/ram_file.h); and those by
 * which the terminal stops a background job. A SIGPIPE that waits for ever is an EPIPE.
 */
static const int let_through[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGTTIN, SIGTTOU};

int thread_start(pthread_t *thread, void *(*work)(void *), void *argument, const char *name,
                 struct error *error)
{
    sigset_t blocked, before;

    sigfillset(&blocked);
    for (size_t i = 0; i < sizeof let_through / sizeof *let_through; i++)
        sigdelset(&blocked, let_through[i]);
    pthread_sigmask(SIG_SETMASK, &blocked, &before);
    int errnum = pthread_create(thread, NULL, work, argument);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return errnum == 0 ? 0 : error_set_errno(error, errnum, "cannot start a thread (%s)", name);
}
