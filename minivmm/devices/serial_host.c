/* SPDX-License-Identifier: MIT */
/* The serial port's thread: between its buffers and the host's descriptors. */
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "minivmm/devices/serial.h"
#include "minivmm/devices/thread.h"

enum { PIECE = 4096 };

static const struct sandbox_call host_calls[] = {
    SANDBOX_CALL(SYS_poll),  SANDBOX_CALL(SYS_ppoll),    SANDBOX_CALL(SYS_read),
    SANDBOX_CALL(SYS_write), SANDBOX_CALL(SYS_recvfrom), SANDBOX_CALL(SYS_sendto),
    SANDBOX_CALL(SYS_close), /* input that has ended */
};
static const struct sandbox_group host_group = SANDBOX_GROUP(
    "the serial port: wait for the host, read what is typed, write what is sent", host_calls);

void serial_wake(const struct serial *serial)
{
    const uint64_t one = 1;

    /* A counter that cannot take one more has woken the thread already. */
    if (write(serial->wake_fd, &one, sizeof one) < 0)
        return;
}

/* Where someone types, bytes are read even when there is no room: Ctrl-A x must always work. */
static bool wants_input(const struct serial *serial)
{
    return serial->in.fd >= 0 && (serial->config.escapes || byte_ring_room(&serial->input) > 0);
}

static void read_input(struct serial *serial)
{
    uint8_t typed[PIECE], passed[PIECE + ESCAPE_EXTRA];
    bool quit = false;

    pthread_mutex_lock(&serial->lock);
    size_t size = byte_ring_room(&serial->input);
    pthread_mutex_unlock(&serial->lock);
    if (serial->config.escapes)
        size = PIECE;
    ssize_t got = stream_read(&serial->in, typed, size < PIECE ? size : PIECE);
    if (got == -EAGAIN || got == -EINTR)
        return;
    if (got <= 0) { /* the end: nobody will type any more */
        stream_close(&serial->in);
        return;
    }
    const uint8_t *bytes = typed;
    size_t count = (size_t)got;
    if (serial->config.escapes) {
        count = escape_filter(&serial->escape, typed, count, passed, &quit);
        bytes = passed;
    }
    pthread_mutex_lock(&serial->lock);
    for (size_t i = 0; i < count && byte_ring_room(&serial->input) > 0; i++)
        byte_ring_put(&serial->input, bytes[i]);
    serial_receive(serial);
    pthread_mutex_unlock(&serial->lock);
    if (quit)
        control_end(serial->control, MINIVMM_SYSTEM_QUIT, 0);
}

static void write_output(struct serial *serial)
{
    uint8_t piece[PIECE];
    size_t count;

    pthread_mutex_lock(&serial->lock);
    const uint8_t *front = byte_ring_front(&serial->output, PIECE, &count);
    memcpy(piece, front, count);
    pthread_mutex_unlock(&serial->lock);
    ssize_t put = stream_write(&serial->out, piece, count);
    if (put == -EAGAIN || put == -EINTR)
        return;
    pthread_mutex_lock(&serial->lock);
    if (put < 0)
        serial->output_error = (int)-put;
    byte_ring_drop(&serial->output, put < 0 ? serial->output.count : (size_t)put);
    serial_drained(serial);
    pthread_mutex_unlock(&serial->lock);
}

static void *serve_host(void *argument)
{
    struct serial *serial = argument;
    enum { WAKE, IN, OUT, HURRY, FDS };
    struct pollfd fds[FDS] = {
        {.fd = serial->wake_fd, .events = POLLIN}
    };
    uint64_t counter;

    for (;;) {
        pthread_mutex_lock(&serial->lock);
        bool output = serial->output.count > 0;
        bool stopping = serial->stopping;
        bool input = !stopping && wants_input(serial);
        serial->parked = !input && serial->in.fd >= 0;
        fds[IN] = (struct pollfd){.fd = input ? serial->in.fd : -1, .events = POLLIN};
        fds[OUT] = (struct pollfd){.fd = output ? serial->out.fd : -1, .events = POLLOUT};
        fds[HURRY] = (struct pollfd){.fd = stopping ? serial->hurry_fd : -1, .events = POLLIN};
        pthread_mutex_unlock(&serial->lock);

        if (stopping && !output)
            break;
        /* The last try: what goes without waiting. */
        bool hurry = stopping && serial->hurry_fd < 0;
        if (poll(fds, FDS, hurry ? 0 : -1) < 0)
            continue; /* EINTR */
        if (fds[WAKE].revents && read(serial->wake_fd, &counter, sizeof counter) < 0)
            continue;
        if (fds[IN].revents)
            read_input(serial);
        if (fds[OUT].revents)
            write_output(serial);
        else if (hurry || fds[HURRY].revents)
            break;
    }
    return NULL;
}

static void *start_thread(void *argument)
{
    static const struct sandbox_group *const groups[] = {&host_group, &sandbox_basics, NULL};
    struct serial *serial = argument;
    struct error error;

    prctl(PR_SET_NAME, "serial port"); /* as `top -H` shows it */
    if (serial->config.sandbox && sandbox_thread(groups, &error) < 0) {
        control_fail(serial->control, &error);
        return NULL;
    }
    return serve_host(serial);
}

int serial_start(struct serial *serial, struct error *error)
{
    int result = thread_start(&serial->thread, start_thread, serial, "serial port", error);
    serial->started = result == 0;
    return result;
}

int serial_stop(struct serial *serial, int hurry_fd, struct error *error)
{
    if (!serial->started)
        return 0;
    pthread_mutex_lock(&serial->lock);
    serial->stopping = true;
    serial->hurry_fd = hurry_fd;
    pthread_mutex_unlock(&serial->lock);
    serial_wake(serial);
    pthread_join(serial->thread, NULL);
    serial->started = false;
    /* EPIPE too: whoever pipes the console into something wants to know that it did not all go. */
    if (serial->output_error != 0)
        return error_set_errno(error, serial->output_error,
                               "cannot write what the guest sent by its serial port");
    return 0;
}
