/* SPDX-License-Identifier: MIT */
#include "bench/process/guard.h"

#include <errno.h>
#include <limits.h>
#include <linux/close_range.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/process/spawn.h"
#include "common/clock.h"
#include "common/exitcode.h"

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
enum { ENDING_SIGNALS = sizeof ending_signals / sizeof *ending_signals };

static volatile sig_atomic_t interrupted_by;
static volatile sig_atomic_t rest_wanted;
static int wake_fd = -1; /* set once, before the first handler */

static void note_signal(int signum)
{
    const uint64_t one = 1;
    int before = errno;

    interrupted_by = signum;
    (void)!write(wake_fd, &one, sizeof one);
    errno = before;
}

static void note_rest(int signum)
{
    rest_wanted = signum == SIGTSTP;
}

static void note_nothing(int signum)
{
    (void)signum;
}

int guard_interrupted(void)
{
    return interrupted_by;
}

int guard_wake_fd(void)
{
    return wake_fd;
}

bool guard_asked_to_rest(void)
{
    return rest_wanted;
}

void guard_rest(void)
{
    sigset_t resting, before;
    struct pollfd woken = {.fd = wake_fd, .events = POLLIN};

    /* Blocked but while we wait, so that none comes between the look and the wait. */
    sigemptyset(&resting);
    sigaddset(&resting, SIGTSTP);
    sigaddset(&resting, SIGCONT);
    sigprocmask(SIG_BLOCK, &resting, &before);
    while (rest_wanted && !interrupted_by)
        ppoll(&woken, 1, NULL, &before);
    sigprocmask(SIG_SETMASK, &before, NULL);
}

bool guard_pause(int64_t ns)
{
    struct timespec wait = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};
    struct pollfd woken = {.fd = wake_fd, .events = POLLIN};

    while (!interrupted_by && ppoll(&woken, 1, &wait, NULL) < 0 && errno == EINTR)
        ;
    return !interrupted_by;
}

static bool is_ignored(int signum)
{
    struct sigaction action;
    return sigaction(signum, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

void guard_forget_ignored_signals(void)
{
    /*
     * The kernel's struct sigaction: handler, flags, restorer, mask; SIG_DFL is 0. By the system
     * call, since the C library's function refuses the two signals that it keeps for itself
     * (signal(7), "Real-time signals"), and GNU make hands just these down ignored.
     */
    static const unsigned long by_default[4];

    for (int signum = 1; signum < NSIG; signum++) {
        bool ending = false;
        for (int i = 0; i < ENDING_SIGNALS; i++)
            ending |= ending_signals[i] == signum;
        if (!ending)
            syscall(SYS_rt_sigaction, signum, by_default, NULL, sizeof by_default[3]);
    }
}

static void fill_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    for (int i = 0; i < ENDING_SIGNALS; i++)
        if (!is_ignored(ending_signals[i]))
            sigaddset(set, ending_signals[i]);
}

static int become_worker(pid_t watcher, struct error *error)
{
    struct sigaction ending = {.sa_handler = note_signal, .sa_flags = SA_RESTART};
    /* A reader that goes away makes write() fail, which is then told like any other failure. A
       handler, not SIG_IGN, because execve(2) takes it away again. */
    struct sigaction nothing = {.sa_handler = note_nothing, .sa_flags = SA_RESTART};
    struct sigaction rest = {.sa_handler = note_rest, .sa_flags = SA_RESTART};
    sigset_t none;

    setsid();
    wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (wake_fd < 0)
        return error_set_errno(error, errno, "cannot make an eventfd");
    for (int i = 0; i < ENDING_SIGNALS; i++)
        if (!is_ignored(ending_signals[i]))
            sigaction(ending_signals[i], &ending, NULL);
    sigaction(SIGPIPE, &nothing, NULL);
    sigaction(SIGTSTP, &rest, NULL);
    sigaction(SIGCONT, &rest, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    if (prctl(PR_SET_CHILD_SUBREAPER, 1L) < 0 || prctl(PR_SET_PDEATHSIG, (long)SIGTERM) < 0)
        return error_set_errno(error, errno, "cannot watch over processes");
    if (getppid() != watcher)
        return error_set(error, ESRCH, "the process that started this one is gone");
    return 0;
}

static int run_worker(const char *name, pid_t watcher, const struct scratch *scratch, int argc,
                      char **argv,
                      int (*work)(const struct scratch *scratch, int argc, char **argv))
{
    struct error error;
    int status;

    if (become_worker(watcher, &error) < 0)
        return error_report(&error, name);
    status = work(scratch, argc, argv);
    spawn_kill_all();
    scratch_remove(scratch);
    return status;
}

/*
 * Waits for the worker and passes signals on; returns its wait status. A worker that is still there
 * when a second one comes may be held up in a system call, and is killed: guard_run() cleans up.
 */
static int watch(pid_t worker, const sigset_t *signals)
{
    bool asked = false;
    int status;

    for (;;) {
        int signum = sigwaitinfo(signals, NULL);
        if (signum == SIGCHLD) {
            if (waitpid(worker, &status, WNOHANG) == worker)
                return status;
        } else if (signum > 0) {
            kill(worker, asked ? SIGKILL : signum);
            asked = true;
        }
    }
}

int guard_run(const char *name, int argc, char **argv,
              int (*work)(const struct scratch *scratch, int argc, char **argv))
{
    pid_t watcher = getpid();
    struct scratch scratch;
    struct error error;
    sigset_t signals;

    guard_forget_ignored_signals();
    /* Nor shall the caller's open files: what is measured gets 0, 1 and 2. */
    close_range(STDERR_FILENO + 1, UINT_MAX, CLOSE_RANGE_CLOEXEC);
    fill_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    prctl(PR_SET_CHILD_SUBREAPER, 1L);
    scratch_name(&scratch);
    fflush(NULL);
    pid_t worker = fork();
    if (worker < 0) {
        error_set_errno(&error, errno, "cannot start the measuring process");
        return error_report(&error, name);
    }
    if (worker == 0)
        return run_worker(name, watcher, &scratch, argc, argv, work);

    int status = watch(worker, &signals);
    if (WIFEXITED(status))
        return WEXITSTATUS(status);
    spawn_kill_all();
    scratch_remove(&scratch);
    error_set_exit(&error, EXIT_SIGNAL_BASE + WTERMSIG(status), EINTR,
                   "the measuring process was killed by signal %d; what it had started is ended, "
                   "and the samples written until then are kept",
                   WTERMSIG(status));
    return error_report(&error, name);
}
