/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/wait.h"

#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"

static int watch(int epoll_fd, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

void wait_ending_signals(sigset_t *signals)
{
    static const int numbers[] = {SIGTERM, SIGINT, SIGHUP};
    struct sigaction action;

    sigemptyset(signals);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (sigaction(numbers[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
            sigaddset(signals, numbers[i]);
}

int wait_create(struct wait *wait, int64_t timeout_ns, struct error *error)
{
    /* All zero: a timer that never strikes. */
    const struct itimerspec timer = {
        .it_value = {.tv_sec = timeout_ns / NS_PER_S, .tv_nsec = timeout_ns % NS_PER_S}
    };
    sigset_t ending, resizing, all;

    wait_ending_signals(&ending);
    sigemptyset(&resizing);
    sigaddset(&resizing, SIGWINCH);
    all = ending;
    sigaddset(&all, SIGWINCH);
    sigaddset(&all, SIGPIPE); /* a reader that has gone away is an error of write(2), no more */
    pthread_sigmask(SIG_BLOCK, &all, &wait->before);

    wait->signal_fd = signalfd(-1, &ending, SFD_CLOEXEC | SFD_NONBLOCK);
    wait->resize_fd = signalfd(-1, &resizing, SFD_CLOEXEC | SFD_NONBLOCK);
    wait->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    wait->hurry_fd = epoll_create1(EPOLL_CLOEXEC);
    if (wait->signal_fd < 0 || wait->resize_fd < 0 || wait->timer_fd < 0 || wait->hurry_fd < 0 ||
        watch(wait->hurry_fd, wait->signal_fd) < 0 || watch(wait->hurry_fd, wait->timer_fd) < 0 ||
        timerfd_settime(wait->timer_fd, 0, &timer, NULL) < 0)
        return error_set_errno(error, errno, "cannot wait for signals and the timeout");
    return 0;
}

void wait_destroy(struct wait *wait)
{
    const int descriptors[] = {wait->hurry_fd, wait->signal_fd, wait->resize_fd, wait->timer_fd};

    for (unsigned i = 0; i < sizeof descriptors / sizeof *descriptors; i++)
        if (descriptors[i] >= 0)
            close(descriptors[i]);
    pthread_sigmask(SIG_SETMASK, &wait->before, NULL);
}

static void say_end(const struct wait *wait, struct control *control)
{
    struct signalfd_siginfo info;

    if (read(wait->signal_fd, &info, sizeof info) == (ssize_t)sizeof info) {
        control_end(control, MINIVMM_SYSTEM_SIGNALLED, (int)info.ssi_signo);
        return;
    }
    control_end(control, MINIVMM_SYSTEM_TIMED_OUT, 0);
}

void wait_for_end(const struct wait *wait, struct control *control, void (*resized)(void *context),
                  void *context)
{
    struct pollfd fds[] = {
        {.fd = control->event_fd, .events = POLLIN},
        {.fd = wait->hurry_fd,    .events = POLLIN},
        {.fd = wait->resize_fd,   .events = POLLIN},
    };
    struct signalfd_siginfo info;

    for (;;) {
        if (poll(fds, sizeof fds / sizeof *fds, -1) < 0)
            continue; /* EINTR */
        if (fds[1].revents)
            say_end(wait, control);
        if (fds[0].revents || fds[1].revents)
            return;
        if (fds[2].revents && read(wait->resize_fd, &info, sizeof info) > 0 && resized)
            resized(context);
    }
}
