/* SPDX-License-Identifier: MIT */
#include "bench/process/spawn.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/tree.h"
#include "common/clock.h"
#include "common/exitcode.h"

enum { CHILD_STACK_BYTES = 64 * 1024 };

/* Lies in memory that parent and child share until execve. */
struct start {
    const struct spawn_request *request;
    pid_t parent;
    int null;         /* /dev/null, for those of 0, 1 and 2 that are not given */
    int errnum;       /* what went wrong in the child */
    const char *step; /* where */
};

static int child_failed(struct start *start, const char *step)
{
    start->errnum = errno;
    start->step = step;
    return 127; /* nobody looks at it: the parent knows by errnum */
}

static bool place_descriptor(int wanted, int fd)
{
    /* The harness keeps its own descriptors above 2, so none of these can overwrite another. */
    return dup2(fd, wanted) == wanted;
}

/*
 * System calls go to the kernel directly where the C library's function does more than the call:
 * its setuid family signals every thread of the process, and the process here is still the harness.
 */
static bool become_user(uid_t uid)
{
    return syscall(SYS_setgroups, (size_t)0, NULL) == 0 &&
           syscall(SYS_setresgid, uid, uid, uid) == 0 && syscall(SYS_setresuid, uid, uid, uid) == 0;
}

static bool bind_to_cpu(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    return sched_setaffinity(0, sizeof set, &set) == 0;
}

/* Runs in the child, on a stack of its own but in the harness's memory: system calls only. */
__attribute__((no_sanitize("address", "undefined"))) static int child_main(void *context)
{
    struct start *start = context;
    const struct spawn_request *request = start->request;
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE};
    struct sigaction by_default = {.sa_handler = SIG_DFL};
    sigset_t none;

    setsid();
    if (!place_descriptor(0, request->input < 0 ? start->null : request->input) ||
        !place_descriptor(1, request->output < 0 ? start->null : request->output) ||
        !place_descriptor(2, request->errors < 0 ? start->null : request->errors))
        return child_failed(start, "cannot place the descriptors of");
    for (unsigned i = 0; i < request->cgroup_count; i++)
        if (write(request->cgroup_fds[i], "0", 1) != 1) /* 0: the writer itself, cgroups(7) */
            return child_failed(start, "cannot move into its cgroup");
    if (request->cpu >= 0 && !bind_to_cpu(request->cpu))
        return child_failed(start, "cannot bind to a processor");
    /* The program may lie where that user may not go; opened before, it can be executed all the
     * same. */
    int file = request->uid != 0 ? open(request->argv[0], O_PATH | O_CLOEXEC) : -1;
    if (request->uid != 0 && !become_user(request->uid))
        return child_failed(start, "cannot change the user of");

    /* After the change of credentials, which clears it (PR_SET_PDEATHSIG(2const)). */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0L, 0L, 0L) < 0)
        return child_failed(start, "cannot set the parent-death signal of");
    if (getppid() != start->parent)
        return 127; /* the harness died before the signal was set */

    /*
     * execve takes our handlers away, but the mask stays, and what was ignored stays ignored. The
     * handlers go first: none may run here, in memory that is the harness's.
     */
    for (unsigned i = 0; i < sizeof handled / sizeof *handled; i++)
        sigaction(handled[i], &by_default, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);

    execve(request->argv[0], request->argv, request->envp);
    if (errno == EACCES && file >= 0)
        syscall(SYS_execveat, file, "", request->argv, request->envp, AT_EMPTY_PATH);
    return child_failed(start, "cannot execute");
}

static int start_error(const struct start *start, struct error *error)
{
    const char *file = start->request->argv[0];
    int result = error_set_errno(error, start->errnum, "%s %s", start->step, file);

    if (strcmp(start->step, "cannot execute") == 0)
        error->exit_status = start->errnum == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE;
    return result;
}

int spawn(const struct spawn_request *request, struct spawned *spawned, struct error *error)
{
    struct start start = {.request = request, .parent = getpid(), .null = -1};
    sigset_t all, before;
    int result = 0;
    /*
     * A part of our own stack, which we do not touch until the child has executed: to map a fresh
     * one for each, and fault its pages in, takes longer than all else around a start.
     */
    _Alignas(16) char stack[CHILD_STACK_BYTES];

    start.null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (start.null < 0)
        return error_set_errno(error, errno, "cannot open /dev/null");

    /* A handler of ours must not run in the child, on memory that is still ours. */
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &before);
    spawned->t0_ns = clock_now_ns();
    spawned->pid = clone(child_main, stack + sizeof stack,
                         CLONE_VM | CLONE_VFORK | CLONE_PIDFD | SIGCHLD, &start, &spawned->pidfd);
    int clone_errno = errno;
    sigprocmask(SIG_SETMASK, &before, NULL);

    if (spawned->pid < 0) {
        result = error_set_errno(error, clone_errno, "cannot start %s", request->argv[0]);
    } else if (start.errnum != 0) {
        waitpid(spawned->pid, NULL, 0);
        close(spawned->pidfd);
        result = start_error(&start, error);
    }
    close(start.null);
    return result;
}

/* Kills our direct children; what they leave behind becomes a direct child in its turn. */
static void kill_children(void)
{
    DIR *proc = opendir("/proc");
    struct dirent *entry;

    if (!proc)
        return;
    while ((entry = readdir(proc))) {
        pid_t pid = (pid_t)strtol(entry->d_name, NULL, 10);
        if (pid > 0 && tree_parent(pid) == getpid())
            kill(pid, SIGKILL);
    }
    closedir(proc);
}

unsigned spawn_kill_all(void)
{
    const struct timespec moment = {.tv_nsec = NS_PER_MS};
    int64_t deadline = 0;
    unsigned found = 0;

    for (;;) {
        pid_t pid = waitpid(-1, NULL, WNOHANG);
        if (pid > 0) {
            found++;
            continue;
        }
        if (pid < 0 && errno != EINTR)
            return found; /* ECHILD: nothing is left, the usual case, for the price of one call */
        if (deadline == 0)
            deadline = clock_now_ns() + 2 * NS_PER_S;
        else if (clock_now_ns() > deadline)
            return found;
        kill_children();
        nanosleep(&moment, NULL);
    }
}
