/* SPDX-License-Identifier: MIT */
/*
 * The first process of a machine that a peer makes (peers.conf): runs /program with the words that
 * the kernel hands on, waits for it, and ends the machine. Only if the program ended with status 0:
 * else the machine stands until the harness's time is up, since it has no other way to tell.
 *
 * How a machine is ended depends on its VMM: by default it is switched off; with END=reset on the
 * kernel's command line, which comes as an environment variable, it is reset.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const char *end = getenv("END");
    int status = -1;

    (void)argc;
    pid_t pid = fork();
    if (pid == 0) {
        argv[0] = (char *)"/program";
        execv(argv[0], argv);
        _exit(127);
    }
    if (pid > 0 && waitpid(pid, &status, 0) == pid && status == 0)
        reboot(end && strcmp(end, "reset") == 0 ? RB_AUTOBOOT : RB_POWER_OFF);
    for (;;)
        pause(); /* were it to end, the kernel would panic, and perhaps restart the machine */
}
