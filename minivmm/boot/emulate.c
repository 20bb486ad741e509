/* SPDX-License-Identifier: MIT */
/*
 * minivmm emulate: a program in a made guest on an emulated processor (qemu.h). The guest's /init
 * is the same as under `minivmm boot`, but it ends in another way: QEMU would end at once when told
 * so, and drop output that is still under way. So /init reports the program's status and how many
 * bytes it has written (virtlab.end=report), and waits; when that much has arrived, QEMU is killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/exitcode.h"
#include "common/text.h"
#include "minivmm/boot/emulate_options.h"
#include "minivmm/boot/image.h"
#include "minivmm/boot/initramfs.h"
#include "minivmm/boot/qemu.h"
#include "minivmm/boot/wait.h"
#include "minivmm/commands.h"
#include "minivmm/devices/ports.h"
#include "minivmm/guest/guest.h"

_Static_assert((int)MARK_INIT == PORTS_MARK_INIT && (int)MARK_PROGRAM == PORTS_MARK_PROGRAM,
               "the guest and the VMM mean the same by a mark");

enum { CHUNK_BYTES = 4096, CONSOLE_BYTES = 2048, REPORT_DIGITS = 2 + 16 + 16 };

/* Bytes on their way from one descriptor to another. */
struct relay {
    int from, to; /* -1: ended */
    size_t start, end;
    uint64_t carried;
    char data[CHUNK_BYTES]; /* not more than a pipe that is ready is sure to take, pipe(7) */
};

/* The last of what somebody said. */
struct recent {
    size_t length;
    char text[CONSOLE_BYTES];
};

struct emulation {
    struct emulate_request request;
    struct image image;
    char words[4096]; /* the kernel's command line */
    int initrd_fd;
    int signal_fd, timer_fd;
    struct qemu qemu;
    struct relay relays[3]; /* standard input, output, error */
    struct recent console, messages;

    /* What the guest has told through the port for marks. */
    bool program_started;
    unsigned digits; /* of the report, so far */
    bool reporting;
    unsigned char report[REPORT_DIGITS];
};

/* --- what is started ------------------------------------------------------------------------- */

static int append_file(int to, int from, struct error *error)
{
    struct stat status;
    ssize_t sent = 1;

    if (fstat(from, &status) < 0)
        return error_set_errno(error, errno, "cannot read the guest's initial file system");
    for (off_t at = 0; at < status.st_size && sent > 0;)
        sent = sendfile(to, from, &at, (size_t)(status.st_size - at));
    if (sent <= 0)
        return error_set_errno(error, sent < 0 ? errno : EIO,
                               "cannot put the guest's initial file system together");
    return 0;
}

/* QEMU takes one file: the guest's archive, and behind it ours with the program. */
static int make_initrd(struct emulation *emulation, struct error *error)
{
    char path[PATHS_MAX];
    const struct initramfs_program program = {
        .path = path,
        .argv = emulation->request.argv,
        .envp = emulation->request.line.variables,
        .files = emulation->request.line.files,
        .files_count = emulation->request.line.files_count,
    };
    int extra = -1, base = -1;

    int result = command_line_find_program(emulation->request.argv[0], path, sizeof path, error);
    if (result == 0)
        result = initramfs_make(&extra, &program, error);
    if (result < 0)
        return result;
    emulation->initrd_fd = memfd_create("virtlab-initrd", MFD_CLOEXEC);
    base = open(emulation->image.initrd, O_RDONLY | O_CLOEXEC);
    if (emulation->initrd_fd < 0 || base < 0)
        result = error_set_errno(error, errno, "cannot open '%s'", emulation->image.initrd);
    if (result == 0 && (result = append_file(emulation->initrd_fd, base, error)) == 0)
        result = append_file(emulation->initrd_fd, extra, error);
    if (base >= 0)
        close(base);
    close(extra);
    return result;
}

static int start(struct emulation *emulation, struct error *error)
{
    struct qemu_request request = {.kernel = emulation->image.kernel,
                                   .initrd_fd = emulation->initrd_fd,
                                   .command_line = emulation->words,
                                   .memory_bytes = emulation->request.line.memory_bytes,
                                   .cpus = (unsigned)emulation->request.line.cpus};
    char clock[64];

    qemu_clock_words(clock, sizeof clock);
    int length = snprintf(emulation->words, sizeof emulation->words,
                          IMAGE_COMMAND_LINE " %s virtlab.end=report%s%s", clock,
                          emulation->request.line.append ? " " : "",
                          emulation->request.line.append ? emulation->request.line.append : "");
    if ((size_t)length >= sizeof emulation->words)
        return error_set(error, E2BIG, "--append is too long");
    return qemu_start(&emulation->qemu, &request, error);
}

static int watch(struct emulation *emulation, struct error *error)
{
    const struct itimerspec timer = {
        .it_value = {.tv_sec = emulation->request.line.timeout_ns / NS_PER_S,
                     .tv_nsec = emulation->request.line.timeout_ns % NS_PER_S}
    };
    sigset_t signals;

    wait_ending_signals(&signals);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    emulation->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    emulation->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (emulation->signal_fd < 0 || emulation->timer_fd < 0 ||
        timerfd_settime(emulation->timer_fd, 0, &timer, NULL) < 0)
        return error_set_errno(error, errno, "cannot wait for signals and the timeout");
    return 0;
}

/* --- while it runs --------------------------------------------------------------------------- */

/* Neither side is wanted any more. The channel's end is how QEMU learns of it. */
static void end_relay(struct emulation *emulation, int stream)
{
    struct relay *relay = &emulation->relays[stream];

    if (stream == QEMU_STDIN && relay->to >= 0)
        shutdown(relay->to, SHUT_WR);
    if (stream != QEMU_STDIN && relay->from >= 0)
        shutdown(relay->from, SHUT_RDWR);
    relay->from = relay->to = -1;
}

static void carry(struct emulation *emulation, int stream)
{
    struct relay *relay = &emulation->relays[stream];

    if (relay->start == relay->end) {
        ssize_t got = read(relay->from, relay->data, sizeof relay->data);
        if (got < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (got <= 0) {
            end_relay(emulation, stream);
            return;
        }
        relay->start = 0;
        relay->end = (size_t)got;
        return; /* whether the other side is ready, poll(2) will tell */
    }
    ssize_t put = write(relay->to, relay->data + relay->start, relay->end - relay->start);
    if (put >= 0) {
        relay->start += (size_t)put;
        relay->carried += (uint64_t)put;
    } else if (errno != EAGAIN && errno != EINTR) {
        end_relay(emulation, stream);
    }
}

/* Keep the last bytes that come through the channel. False: it has ended. */
static bool listen_to(struct recent *recent, int fd)
{
    char data[CONSOLE_BYTES / 2];
    ssize_t got = read(fd, data, sizeof data);

    if (got <= 0)
        return got < 0 && (errno == EAGAIN || errno == EINTR);
    if (recent->length + (size_t)got > sizeof recent->text) {
        size_t dropped = recent->length + (size_t)got - sizeof recent->text;
        memmove(recent->text, recent->text + dropped, recent->length - dropped);
        recent->length -= dropped;
    }
    memcpy(recent->text + recent->length, data, (size_t)got);
    recent->length += (size_t)got;
    return true;
}

static void hear_marks(struct emulation *emulation)
{
    unsigned char marks[64];
    ssize_t got = read(emulation->qemu.fds[QEMU_MARKS], marks, sizeof marks);

    for (ssize_t i = 0; i < got; i++) {
        if (marks[i] == MARK_PROGRAM)
            emulation->program_started = true;
        else if (marks[i] == MARK_REPORT)
            emulation->reporting = true;
        else if (emulation->reporting && marks[i] >= MARK_DIGIT && marks[i] < MARK_DIGIT + 16 &&
                 emulation->digits < REPORT_DIGITS)
            emulation->report[emulation->digits++] = (unsigned char)(marks[i] - MARK_DIGIT);
    }
}

static uint64_t reported(const struct emulation *emulation, int first, int digits)
{
    uint64_t number = 0;

    for (int i = first; i < first + digits; i++)
        number = number << 4 | emulation->report[i];
    return number;
}

/* All that the program has written has been handed on, or nobody wants it. */
static bool is_delivered(const struct emulation *emulation, int stream, uint64_t bytes)
{
    const struct relay *relay = &emulation->relays[stream];
    return relay->from < 0 || relay->carried >= bytes;
}

static bool is_complete(const struct emulation *emulation)
{
    return emulation->digits == REPORT_DIGITS &&
           is_delivered(emulation, QEMU_STDOUT, reported(emulation, 2, 16)) &&
           is_delivered(emulation, QEMU_STDERR, reported(emulation, 18, 16));
}

/* The last lines that somebody said, for people. */
static void show_recent(struct recent *recent, const char *who)
{
    enum { LINES = 10 };
    char *lines[LINES];
    unsigned count = 0;
    char text[CONSOLE_BYTES + 1];

    memcpy(text, recent->text, recent->length);
    text[recent->length] = '\0';
    for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n"))
        lines[count++ % LINES] = line;
    for (unsigned i = count > LINES ? count - LINES : 0; i < count; i++) {
        fprintf(stderr, "minivmm: %s: ", who);
        text_print_clean(stderr, lines[i % LINES]);
        fputc('\n', stderr);
    }
}

/* QEMU has ended by itself. */
static int fail(struct emulation *emulation, struct error *error)
{
    show_recent(&emulation->messages, "QEMU");
    show_recent(&emulation->console, "console");
    return error_set(error, ECHILD, "the guest ended before the program %s",
                     emulation->program_started ? "ended" : "started");
}

/* Wait for whatever happens first; 1: go on, 0: the end, with *status, or a negative errno. */
static int attend(struct emulation *emulation, int *status, struct error *error)
{
    enum { SIGNAL = 2 * 3, TIMER, MARKS, CONSOLE, MESSAGES, COUNT };
    const int *channels = emulation->qemu.fds;
    struct signalfd_siginfo info;
    struct pollfd fds[COUNT] = {
        [SIGNAL] = {.fd = emulation->signal_fd,    .events = POLLIN},
        [TIMER] = {.fd = emulation->timer_fd,     .events = POLLIN},
        [MARKS] = {.fd = channels[QEMU_MARKS],    .events = POLLIN},
        [CONSOLE] = {.fd = channels[QEMU_CONSOLE],  .events = POLLIN},
        [MESSAGES] = {.fd = channels[QEMU_MESSAGES], .events = POLLIN},
    };

    for (int i = 0; i < 3; i++) {
        const struct relay *relay = &emulation->relays[i];
        bool loaded = relay->start < relay->end;
        fds[2 * i] = (struct pollfd){.fd = loaded ? -1 : relay->from, .events = POLLIN};
        fds[2 * i + 1] = (struct pollfd){.fd = relay->to, .events = (short)(loaded ? POLLOUT : 0)};
    }
    if (poll(fds, COUNT, -1) < 0)
        return errno == EINTR ? 1 : error_set_errno(error, errno, "cannot wait for QEMU");

    if (fds[SIGNAL].revents && read(emulation->signal_fd, &info, sizeof info) == sizeof info) {
        error_set(error, EINTR, "%s", strsignal((int)info.ssi_signo));
        error->exit_status = EXIT_SIGNAL_BASE + (int)info.ssi_signo;
        return -EINTR;
    }
    if (fds[TIMER].revents)
        return error_set_exit(error, EXIT_TIMED_OUT, ETIMEDOUT,
                              "the guest was stopped by --timeout");
    for (int i = 0; i < 3; i++) {
        if (fds[2 * i + 1].revents & (POLLERR | POLLHUP | POLLNVAL))
            end_relay(emulation, i);
        else if (fds[2 * i].revents || fds[2 * i + 1].revents)
            carry(emulation, i);
    }
    if (fds[MARKS].revents)
        hear_marks(emulation);
    if (fds[CONSOLE].revents)
        listen_to(&emulation->console, channels[QEMU_CONSOLE]);
    if (is_complete(emulation)) {
        *status = (int)reported(emulation, 0, 2);
        return 0;
    }
    if (fds[MESSAGES].revents && !listen_to(&emulation->messages, channels[QEMU_MESSAGES]))
        return fail(emulation, error);
    return 1;
}

static int run(struct emulation *emulation, int *status, struct error *error)
{
    int result = 1;

    for (int i = 0; i < 3; i++)
        emulation->relays[i] = i == QEMU_STDIN
                                   ? (struct relay){.from = i, .to = emulation->qemu.fds[i]}
                                   : (struct relay){.from = emulation->qemu.fds[i], .to = i};
    while (result > 0)
        result = attend(emulation, status, error);
    return result;
}

int command_emulate(int argc, char **argv)
{
    static struct emulation emulation = {.initrd_fd = -1, .signal_fd = -1, .timer_fd = -1};
    struct error error = {0};
    int status = 0;

    int result = emulate_options_parse(&emulation.request, argc, argv, &error);
    if (result == OPTIONS_SHOWN)
        return 0;
    if (result == 0 &&
        (result = image_find(&emulation.image, emulation.request.line.guest, &error)) == 0 &&
        (result = make_initrd(&emulation, &error)) == 0 &&
        (result = watch(&emulation, &error)) == 0 && (result = start(&emulation, &error)) == 0)
        result = run(&emulation, &status, &error);
    qemu_stop(&emulation.qemu);
    return result < 0 ? error_report(&error, "minivmm") : status;
}
