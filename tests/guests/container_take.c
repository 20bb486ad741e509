/* SPDX-License-Identifier: MIT */
/*
 * Takes as much of something as it is let: "memory MIB" touches that much and prints "ready";
 * "processes N" forks N children that wait, and prints how many there were; "cpu SECONDS" computes
 * until that much time has passed on the clock and prints the CPU time it got, in milliseconds.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void take_memory(long mib)
{
    for (long i = 0; i < mib; i++) {
        char *piece = malloc(1 << 20);
        if (!piece)
            exit(3);
        memset(piece, 1, 1 << 20);
    }
    puts("ready");
}

static void take_processes(long count)
{
    int hold[2];
    long made = 0;

    if (pipe(hold) < 0)
        exit(3);
    for (; made < count; made++) {
        pid_t child = fork();
        if (child < 0)
            break;
        if (child == 0) {
            char byte;
            close(hold[1]);
            _exit(read(hold[0], &byte, 1) == 0 ? 0 : 1);
        }
    }
    printf("%ld %s\n", made, made < count ? strerror(errno) : "all");
}

static double seconds(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void take_cpu(long duration)
{
    double end = seconds(CLOCK_MONOTONIC) + (double)duration;
    while (seconds(CLOCK_MONOTONIC) < end)
        ;
    printf("%.0f\n", seconds(CLOCK_PROCESS_CPUTIME_ID) * 1e3);
}

int main(int argc, char **argv)
{
    long amount = argc == 3 ? atol(argv[2]) : 0;

    if (amount <= 0)
        return 2;
    if (strcmp(argv[1], "memory") == 0)
        take_memory(amount);
    else if (strcmp(argv[1], "processes") == 0)
        take_processes(amount);
    else if (strcmp(argv[1], "cpu") == 0)
        take_cpu(amount);
    else
        return 2;
    return 0;
}
