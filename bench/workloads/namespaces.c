/* SPDX-License-Identifier: MIT */
/*
 * namespaces: what does one kind of namespace add to the start of a program?
 *
 *     namespaces KINDS PROGRAM [ARG...]
 *
 * KINDS is `none`, or names joined by '+': user mnt pid net ipc uts cgroup time. The program runs
 * in new namespaces of these kinds, made together with its process by one clone3(2), as containers
 * are; nothing else is done for it: no mount, no limit. Where the kernel does not allow or have
 * one, it says `cannot WHY` in place of running the program, and ends with that status.
 *
 * What it does not answer: what filling a namespace costs (mounts, interfaces), or taking it down
 * after the program's end, which the kernel does later and elsewhere for networks.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "bench/workloads/protocol.h"

#define NAME "namespaces"

static const struct {
    const char *name;
    uint64_t flag;
} kinds[] = {
    {"none",   0              },
    {"user",   CLONE_NEWUSER  },
    {"mnt",    CLONE_NEWNS    },
    {"pid",    CLONE_NEWPID   },
    {"net",    CLONE_NEWNET   },
    {"ipc",    CLONE_NEWIPC   },
    {"uts",    CLONE_NEWUTS   },
    {"cgroup", CLONE_NEWCGROUP},
    {"time",   CLONE_NEWTIME  },
};

static bool find_kind(const char *name, size_t length, uint64_t *flags)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strlen(kinds[i].name) == length && memcmp(kinds[i].name, name, length) == 0) {
            *flags |= kinds[i].flag;
            return true;
        }
    }
    return false;
}

static bool parse_kinds(const char *text, uint64_t *flags)
{
    for (;;) {
        size_t length = strcspn(text, "+");
        if (!find_kind(text, length, flags))
            return false;
        if (text[length] == '\0')
            return true;
        text += length + 1;
    }
}

/* The child is the first process in all of them, in the namespace of process IDs too. */
__attribute__((noreturn)) static void be_program(char **argv)
{
    static const char failed[] = NAME ": cannot execute the program\n";

    prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L);
    execv(argv[0], argv);
    ssize_t ignored = write(STDERR_FILENO, failed, sizeof failed - 1);
    (void)ignored;
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}

int main(int argc, char **argv)
{
    struct clone_args args = {.exit_signal = SIGCHLD};
    uint64_t flags = 0;
    int status;

    if (argc < 3 || !parse_kinds(argv[1], &flags))
        protocol_fail(NAME, "usage: KINDS PROGRAM [ARG...]");
    args.flags = flags;
    long pid = syscall(SYS_clone3, &args, sizeof args);
    if (pid < 0)
        protocol_cannot(NAME, "this user may not make such a namespace here", errno);
    if (pid == 0)
        be_program(argv + 2);
    if (waitpid((pid_t)pid, &status, 0) != (pid_t)pid)
        protocol_fail(NAME, "the program cannot be waited for");
    return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_SIGNAL_BASE + WTERMSIG(status);
}
