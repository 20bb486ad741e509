/* SPDX-License-Identifier: MIT */
/*
 * Prints "ready", then the number of each signal that arrives; ends with status 7 after SIGTERM.
 * With "orphan": leaves a grandchild behind, tells its parent's process ID when that has changed,
 * and ends. With "die N": kills itself by signal N.
 */
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void orphan(void)
{
    int gone[2];
    char byte;

    if (pipe(gone) < 0)
        exit(3);
    if (fork() > 0) {
        /* End only when the grandchild has told: pid 1 ends the container with us. */
        close(gone[1]);
        exit(read(gone[0], &byte, 1) == 1 ? 0 : 3);
    }
    pid_t middle = getpid();
    if (fork() > 0)
        _exit(0);
    while (getppid() == middle)
        sched_yield();
    printf("parent %d\n", (int)getppid());
    fflush(stdout);
    if (write(gone[1], "x", 1) != 1)
        exit(3);
    exit(0);
}

int main(int argc, char **argv)
{
    sigset_t all;
    int signal_number;

    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 2 && strcmp(argv[1], "orphan") == 0)
        orphan();
    if (argc == 3 && strcmp(argv[1], "die") == 0) {
        raise(atoi(argv[2]));
        return 3;
    }
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    puts("ready");
    for (;;) {
        if (sigwait(&all, &signal_number) != 0)
            continue;
        printf("signal %d\n", signal_number);
        if (signal_number == SIGTERM)
            return 7;
    }
}
