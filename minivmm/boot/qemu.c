/* SPDX-License-Identifier: MIT */
#include "minivmm/boot/qemu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"
#include "minivmm/command_line.h"

#define PROGRAM "qemu-system-x86_64"

enum {
    FIRST_FD = 32, /* of QEMU's ends: above all that we have opened so far */
    ARGUMENTS_MAX = 64,
};

struct arguments {
    size_t count;
    char *words[ARGUMENTS_MAX];
    char text[2048]; /* of those that are made here */
    size_t used;
};

static void add(struct arguments *arguments, const char *word)
{
    arguments->words[arguments->count++] = (char *)word;
}

static void add_made(struct arguments *arguments, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void add_made(struct arguments *arguments, const char *format, ...)
{
    char *to = arguments->text + arguments->used;
    va_list args;

    va_start(args, format);
    arguments->used +=
        (size_t)vsnprintf(to, sizeof arguments->text - arguments->used, format, args) + 1;
    va_end(args);
    add(arguments, to);
}

/* A character device, in QEMU's words: one of our sockets. */
static void add_channel(struct arguments *arguments, const char *name, enum qemu_channel channel)
{
    add(arguments, "-chardev");
    add_made(arguments, "socket,id=%s,fd=%d", name, FIRST_FD + (int)channel);
}

static void fill_arguments(struct arguments *arguments, const struct qemu_request *request)
{
    static const char *const fixed[] = {
        PROGRAM,
        /* Nothing that is not named here: no configuration of the user's, no default device. */
        "-no-user-config", "-nodefaults", "-display", "none", "-monitor", "none", "-no-reboot",
        "-machine", "microvm,acpi=on,rtc=on,memory-backend=ram", "-accel", "tcg,thread=multi",
        "-cpu", "max",
        /* A guest that takes QEMU over shall start nothing on the host. */
        "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
        "-device", "virtio-serial-device,max_ports=4", NULL};
    static const struct {
        const char *name;
        enum qemu_channel channel;
    } streams[] = {
        {"stdin",  QEMU_STDIN },
        {"stdout", QEMU_STDOUT},
        {"stderr", QEMU_STDERR}
    };

    unsigned long long kib = request->memory_bytes >> 13 << 3; /* QEMU has it in units of 8 KiB */

    for (int i = 0; fixed[i]; i++)
        add(arguments, fixed[i]);
    for (int i = 0; i < 3; i++) {
        add_channel(arguments, streams[i].name, streams[i].channel);
        add(arguments, "-device");
        add_made(arguments, "virtserialport,chardev=%s,name=org.virtlab.%s,nr=%d", streams[i].name,
                 streams[i].name, i + 1);
    }
    add_channel(arguments, "marks", QEMU_MARKS);
    add(arguments, "-device");
    add(arguments, "isa-debugcon,iobase=0xe9,chardev=marks");
    add_channel(arguments, "console", QEMU_CONSOLE);
    add(arguments, "-serial");
    add(arguments, "chardev:console");
    /* Without reserving swap space, as our own machines have it: by this the harness knows it. */
    add(arguments, "-object");
    add_made(arguments, "memory-backend-ram,id=ram,reserve=off,size=%lluK", kib);
    add(arguments, "-m");
    add_made(arguments, "%lluK", kib);
    add(arguments, "-smp");
    add_made(arguments, "%u", request->cpus);
    add(arguments, "-kernel");
    add(arguments, request->kernel);
    add(arguments, "-initrd");
    add_made(arguments, "/proc/self/fd/%d", FIRST_FD + QEMU_CHANNELS);
    add(arguments, "-append");
    add(arguments, request->command_line);
}

/* In the child: become QEMU. Every descriptor but the named ones closes by itself. */
static _Noreturn void execute(const char *path, struct arguments *arguments, const int ends[],
                              int initrd_fd, pid_t parent)
{
    sigset_t none;
    int nothing = open("/dev/null", O_RDONLY);

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1); /* it has died before the line above */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* Ctrl-C at the terminal is for our parent, which then ends us. */
    setpgid(0, 0);
    for (int i = 0; i < QEMU_CHANNELS; i++)
        dup2(ends[i], FIRST_FD + i);
    dup2(initrd_fd, FIRST_FD + QEMU_CHANNELS);
    dup2(nothing, STDIN_FILENO);
    dup2(ends[QEMU_MESSAGES], STDOUT_FILENO);
    dup2(ends[QEMU_MESSAGES], STDERR_FILENO);
    syscall(SYS_close_range, (unsigned)(FIRST_FD + QEMU_CHANNELS + 1), ~0u, 0u);
    execv(path, arguments->words);
    dprintf(STDERR_FILENO, "cannot execute %s: %s\n", path, strerror(errno));
    _exit(1);
}

static int find_qemu(char *path, size_t size, struct error *error)
{
    if (command_line_find_program(PROGRAM, path, size, error) < 0)
        return error_set(error, ENOENT,
                         "there is no " PROGRAM " in PATH: install the package qemu-system-x86");
    return 0;
}

int qemu_check(struct error *error)
{
    char path[4096];
    return find_qemu(path, sizeof path, error);
}

int qemu_start(struct qemu *qemu, const struct qemu_request *request, struct error *error)
{
    struct arguments arguments = {0};
    char path[4096];
    int ends[QEMU_CHANNELS];

    *qemu = (struct qemu){.pid = 0};
    for (int i = 0; i < QEMU_CHANNELS; i++)
        qemu->fds[i] = ends[i] = -1;
    int result = find_qemu(path, sizeof path, error);
    if (result < 0)
        return result;
    fill_arguments(&arguments, request);

    for (int i = 0; i < QEMU_CHANNELS; i++) {
        int pair[2];
        if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
            return error_set_errno(error, errno, "cannot make a channel to QEMU");
        qemu->fds[i] = pair[0];
        /* Out of the way of the numbers that QEMU's ends will have. */
        ends[i] = fcntl(pair[1], F_DUPFD_CLOEXEC, FIRST_FD + QEMU_CHANNELS + 1);
        close(pair[1]);
        fcntl(pair[0], F_SETFL, O_NONBLOCK);
    }
    pid_t parent = getpid();
    qemu->pid = fork();
    if (qemu->pid == 0)
        execute(path, &arguments, ends, request->initrd_fd, parent);
    int failed = errno;
    for (int i = 0; i < QEMU_CHANNELS; i++)
        close(ends[i]);
    if (qemu->pid < 0) {
        qemu->pid = 0;
        return error_set_errno(error, failed, "cannot start QEMU");
    }
    return 0;
}

void qemu_stop(struct qemu *qemu)
{
    if (qemu->pid > 0) {
        kill(qemu->pid, SIGKILL);
        while (waitpid(qemu->pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    qemu->pid = 0;
    for (int i = 0; i < QEMU_CHANNELS; i++) {
        if (qemu->fds[i] >= 0)
            close(qemu->fds[i]);
        qemu->fds[i] = -1;
    }
}

void qemu_clock_words(char *words, size_t size)
{
    enum { MEASURE_NS = 5000000, JIFFY_MS = 10 }; /* of HZ=100; a larger one only waits longer */
    const struct timespec pause = {.tv_nsec = MEASURE_NS};
    int64_t start_ns = clock_now_ns();
    uint64_t start = __builtin_ia32_rdtsc();

    nanosleep(&pause, NULL);
    uint64_t ticks = __builtin_ia32_rdtsc() - start;
    int64_t ns = clock_now_ns() - start_ns;
    double khz = (double)ticks * 1e6 / (double)ns;
    snprintf(words, size, "tsc_early_khz=%.0f tsc=reliable lpj=%.0f", khz, khz * JIFFY_MS);
}
