/* SPDX-License-Identifier: MIT */
#include "tui/screen/crash.h"

#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static char restoring[256];
static size_t restoring_length;
/* A crash may well be a stack that has run out. */
static char stack[64 << 10];

static void restore_and_die(int signum)
{
    (void)!write(STDOUT_FILENO, restoring, restoring_length);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
    /* SA_RESETHAND has put the default back, so this time it ends us, with a core if it should. */
    raise(signum);
}

void crash_prepare(const char *sequence)
{
    static const int signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
    const stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_handler = restore_and_die,
                               .sa_flags = (int)(SA_RESETHAND | SA_ONSTACK | SA_NODEFER)};

    tcgetattr(STDIN_FILENO, &before);
    snprintf(restoring, sizeof restoring, "%s", sequence);
    restoring_length = strlen(restoring);
    sigaltstack(&alternate, NULL);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}
