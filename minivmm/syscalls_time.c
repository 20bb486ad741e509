/* SPDX-License-Identifier: MIT */
/* Clocks and waiting. There is no vDSO in the machine, so that every look at the clock is an exit.
 */
#include <poll.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include "minivmm/syscalls.h"

_Static_assert(sizeof(struct timespec) == 16 && sizeof(struct timeval) == 16, "the kernel's own");

/* Clocks of the whole machine; a clock of a process or thread other than this one is refused. */
static bool is_clock(uint64_t clock)
{
    return clock <= CLOCK_TAI && clock != 10 /* once CLOCK_SGI_CYCLE */;
}

static int64_t write_time(struct minivmm *machine, uint64_t to, const struct timespec *time)
{
    return gateway_write(&machine->space, guest_pointer(to), time, sizeof *time);
}

int64_t sys_clock_gettime(struct minivmm *machine, const uint64_t args[6])
{
    struct timespec now;

    if (!is_clock(args[0]))
        return -EINVAL;
    if (clock_gettime((clockid_t)args[0], &now) < 0)
        return -errno;
    return write_time(machine, args[1], &now);
}

int64_t sys_clock_getres(struct minivmm *machine, const uint64_t args[6])
{
    struct timespec resolution;

    if (!is_clock(args[0]))
        return -EINVAL;
    if (clock_getres((clockid_t)args[0], &resolution) < 0)
        return -errno;
    return args[1] ? write_time(machine, args[1], &resolution) : 0;
}

int64_t sys_gettimeofday(struct minivmm *machine, const uint64_t args[6])
{
    struct timeval now;

    gettimeofday(&now, NULL);
    /* The time zone that could be asked for too has been unused for decades. */
    return args[0] ? gateway_write(&machine->space, guest_pointer(args[0]), &now, sizeof now) : 0;
}

int64_t sys_time(struct minivmm *machine, const uint64_t args[6])
{
    const int64_t now = time(NULL);

    if (args[0] && gateway_write(&machine->space, guest_pointer(args[0]), &now, sizeof now) < 0)
        return -EFAULT;
    return now;
}

/* Sleep on the host; only the timeout ends it early. */
static int64_t sleep_for(struct minivmm *machine, clockid_t clock, int flags, uint64_t from)
{
    struct timespec time;
    int result;

    if (gateway_read(&machine->space, &time, guest_pointer(from), sizeof time) < 0)
        return -EFAULT;
    do
        result = clock_nanosleep(clock, flags, &time, &time);
    while (result == EINTR && !machine_timed_out());
    if (result == EINTR)
        machine_end(machine, MINIVMM_TIMED_OUT, 0);
    return -result;
}

int64_t sys_nanosleep(struct minivmm *machine, const uint64_t args[6])
{
    return sleep_for(machine, CLOCK_MONOTONIC, 0, args[0]);
}

int64_t sys_clock_nanosleep(struct minivmm *machine, const uint64_t args[6])
{
    if (!is_clock(args[0]) || (args[1] & ~(uint64_t)TIMER_ABSTIME))
        return -EINVAL;
    return sleep_for(machine, (clockid_t)args[0], (int)args[1], args[2]);
}

/* The program's CPU time is the VMM's: the guest runs in its thread. */
int64_t sys_times(struct minivmm *machine, const uint64_t args[6])
{
    struct tms tms;

    clock_t now = times(&tms);
    _Static_assert(sizeof tms == 32, "struct tms is the kernel's own");
    if (args[0] && gateway_write(&machine->space, guest_pointer(args[0]), &tms, sizeof tms) < 0)
        return -EFAULT;
    return now;
}

int64_t sys_getrusage(struct minivmm *machine, const uint64_t args[6])
{
    enum { KERNEL_RUSAGE_BYTES = 144 }; /* the C library's may be longer */
    struct rusage usage = {0};

    _Static_assert(sizeof usage >= KERNEL_RUSAGE_BYTES, "struct rusage begins as the kernel's");
    if ((int)args[0] == RUSAGE_SELF || (int)args[0] == RUSAGE_THREAD)
        getrusage(RUSAGE_SELF, &usage);
    else if ((int)args[0] != RUSAGE_CHILDREN)
        return -EINVAL;
    return gateway_write(&machine->space, guest_pointer(args[1]), &usage, KERNEL_RUSAGE_BYTES);
}

int64_t sys_poll(struct minivmm *machine, const uint64_t args[6])
{
    struct pollfd guest[FILES_DESCRIPTORS], host[FILES_DESCRIPTORS];
    int wait = (int)args[2], ready = 0;

    if (args[1] > FILES_DESCRIPTORS)
        return -EINVAL;
    size_t count = args[1];
    if (gateway_read(&machine->space, guest, guest_pointer(args[0]), count * sizeof *guest) < 0)
        return -EFAULT;
    for (size_t i = 0; i < count; i++) {
        const struct open_file *file =
            guest[i].fd < 0 ? NULL : files_get(&machine->files, (uint64_t)guest[i].fd);
        host[i] = guest[i];
        host[i].fd = file ? file->host : -1; /* poll(2) passes over negative ones */
        guest[i].revents = guest[i].fd >= 0 && !file ? POLLNVAL : 0;
        if (guest[i].revents)
            wait = 0;
    }
    int64_t end = clock_now_ns() + wait * NS_PER_MS;
    while ((ready = poll(host, count, wait)) < 0 && errno == EINTR && !machine_timed_out()) {
        int64_t left = (end - clock_now_ns()) / NS_PER_MS;
        wait = wait < 0 ? wait : left > 0 ? (int)left : 0;
    }
    if (ready < 0) {
        if (errno == EINTR)
            machine_end(machine, MINIVMM_TIMED_OUT, 0);
        return -errno;
    }
    for (size_t i = 0; i < count; i++) {
        if (guest[i].revents)
            ready++;
        else
            guest[i].revents = host[i].revents;
    }
    int result =
        gateway_write(&machine->space, guest_pointer(args[0]), guest, count * sizeof *guest);
    return result < 0 ? result : ready;
}
