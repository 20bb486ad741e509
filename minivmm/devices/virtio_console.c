/* SPDX-License-Identifier: MIT */
/*
 * The console device: streams of bytes between guest and host. Each port has two queues, one for
 * the guest's input and one for its output. What happens to ports (they appear, are opened, closed)
 * is told by messages on two more queues (console_control.c).
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/virtio_ids.h>

#include "minivmm/devices/console.h"

enum {
    QUEUE_SIZE = 16, /* Linux fills each input queue with pages: 64 KiB of the guest's memory */
    READ_MAX = 4096, /* bytes at a time */
    /* Of one port in a turn, then input has its: a buffer can have 4 GiB. */
    TURN_BYTES = 1 << 20,
};
_Static_assert(CONSOLE_CONTROL_QUEUES + 2 * CONSOLE_PORTS <= (int)VIRTIO_QUEUES_MAX, "they fit");
_Static_assert((int)CONSOLE_SOURCES <= (int)VIRTIO_SOURCES_MAX, "they fit");

/* 5.3.2: port 0's queues come before those of the control messages, the others' behind. */
static unsigned input_queue(unsigned port)
{
    return port == 0 ? 0 : 2 + 2 * port;
}

static unsigned output_queue(unsigned port)
{
    return input_queue(port) + 1;
}

static unsigned port_of(unsigned queue)
{
    return queue < 2 ? 0 : (queue - 2) / 2;
}

/* --- input ----------------------------------------------------------------------------------- */

/*
 * A port drops what comes before somebody in the guest has opened it; Linux opens the console's as
 * soon as it has a terminal for it. Without messages about ports there is only the console, and
 * nobody tells.
 */
static bool is_listening(const struct virtio_device *device, const struct console_port *port)
{
    bool told = device->accepted >> VIRTIO_CONSOLE_F_MULTIPORT & 1;

    return port->guest_open || (port->is_console && !told);
}

/* What was typed goes to the guest as far as it has room. */
static void pass_keys(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;
    struct console_port *port = &console->ports[number];
    struct virtqueue_buffer buffer;
    size_t count;

    while (port->keys.count > 0 && virtio_is_live(device) && is_listening(device, port) &&
           virtio_take(device, input_queue(number), &buffer)) {
        const uint8_t *front = byte_ring_front(&port->keys, CONSOLE_KEYS, &count);
        size_t put = virtqueue_write(&buffer, 0, front, count);
        byte_ring_drop(&port->keys, put);
        virtio_give(device, input_queue(number), &buffer, put);
    }
}

void console_want_input(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;
    const struct console_port *port = &console->ports[number];
    const bool wanted = port->escapes || is_listening(device, port);

    device->sources[CONSOLE_SOURCE_IN + number].events =
        port->in.fd >= 0 && !port->in_ended && wanted ? POLLIN : 0;
    if (port->escapes)
        pass_keys(device, number);
}

/* The end, or an error: nothing will come any more. */
static void end_input(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;

    console->ports[number].in_ended = true;
    console_want_input(device, number);
    console_tell_closed(device, number);
}

/*
 * Somebody types. Read whatever the guest does, or does not yet: Ctrl-A x must always work, and a
 * raw terminal knows no Ctrl-C. Keys for which there is no room are lost.
 */
static void read_keys(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;
    struct console_port *port = &console->ports[number];
    uint8_t typed[READ_MAX], passed[READ_MAX + ESCAPE_EXTRA];
    bool quit = false;

    ssize_t got = stream_read(&port->in, typed, sizeof typed);
    if (got == -EAGAIN || got == -EINTR)
        return;
    if (got <= 0) {
        end_input(device, number);
        return;
    }
    size_t count = escape_filter(&port->escape, typed, (size_t)got, passed, &quit);
    for (size_t i = 0; i < count && byte_ring_room(&port->keys) > 0; i++)
        byte_ring_put(&port->keys, passed[i]);
    pass_keys(device, number);
    if (quit)
        control_end(device->control, MINIVMM_SYSTEM_QUIT, 0);
}

/* A program's input: no more is read than the guest has room for, and the rest waits outside. */
static void read_input(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;
    struct console_port *port = &console->ports[number];
    struct virtqueue_buffer buffer;
    uint8_t bytes[READ_MAX];

    /* Where reading could wait, poll(2) has to be asked before each time. */
    bool more = true;
    while (more) {
        if (!virtio_take(device, input_queue(number), &buffer)) {
            device->sources[CONSOLE_SOURCE_IN + number].events = 0; /* until serve() */
            return;
        }
        if (buffer.writable_bytes == 0) { /* of no use, and reading 0 bytes looks like the end */
            virtio_give(device, input_queue(number), &buffer, 0);
            continue;
        }
        size_t room = buffer.writable_bytes < READ_MAX ? (size_t)buffer.writable_bytes : READ_MAX;
        ssize_t got = stream_read(&port->in, bytes, room);
        if (got > 0) {
            virtqueue_write(&buffer, 0, bytes, (size_t)got);
            virtio_give(device, input_queue(number), &buffer, (uint64_t)got);
            more = port->in.owned || port->in.socket;
            continue;
        }
        virtio_untake(device, input_queue(number));
        if (got != -EAGAIN && got != -EINTR)
            end_input(device, number);
        return;
    }
}

/* --- output ---------------------------------------------------------------------------------- */

/* Write once without waiting, as write(2) and stream_write(). */
static ssize_t write_some(const struct console_port *port, const struct iovec *piece)
{
    struct pollfd now = {.fd = port->out.fd, .events = POLLOUT};

    if (port->out.fd < 0)
        return -EPIPE;
    if (!port->out.owned && !port->out.socket && poll(&now, 1, 0) == 0)
        return -EAGAIN;
    return stream_write(&port->out, piece->iov_base, piece->iov_len);
}

/* Write the rest of a buffer. 0: done with it; -EAGAIN: the host cannot take more now; -EINTR: the
 * device is wanted, or its turn was long enough. */
static int write_buffer(struct virtio_device *device, struct console_port *port,
                        const struct virtqueue_buffer *buffer, size_t *turn)
{
    struct iovec piece;
    size_t total;

    while (!port->out_ended &&
           virtqueue_readable(buffer, port->written, UINT64_MAX, &piece, 1, &total)) {
        if (virtio_is_wanted(device) || *turn >= TURN_BYTES)
            return -EINTR;
        ssize_t put = write_some(port, &piece);
        if (put == -EAGAIN)
            return -EAGAIN;
        if (put < 0 && put != -EINTR) {
            port->out_ended = true;
            port->out_error = (int)-put;
        } else if (put > 0) {
            port->written += (size_t)put;
            *turn += (size_t)put;
        }
    }
    return 0;
}

static void write_output(struct virtio_device *device, unsigned number)
{
    struct console *console = device->state;
    struct console_port *port = &console->ports[number];
    struct virtio_source *source = &device->sources[CONSOLE_SOURCE_OUT + number];
    struct virtqueue_buffer buffer;
    const bool ended = port->out_ended;
    const unsigned queue = output_queue(number);
    size_t turn = 0;

    source->events = 0;
    while (virtio_take(device, queue, &buffer)) {
        int result = write_buffer(device, port, &buffer, &turn);
        if (result < 0) {
            /* Go on from port->written later; the driver may change the buffer until then, to no
             * one's harm but its own. */
            virtio_untake(device, queue);
            if (result == -EAGAIN)
                source->events = POLLOUT;
            else
                device->again |= UINT32_C(1) << queue;
            break;
        }
        port->written = 0;
        virtio_give(device, queue, &buffer, 0);
    }
    if (port->out_ended && !ended)
        console_tell_closed(device, number);
}

/* --- the kind -------------------------------------------------------------------------------- */

static void serve(struct virtio_device *device, unsigned queue)
{
    if (queue == CONSOLE_CONTROL_IN)
        console_send_messages(device);
    else if (queue == CONSOLE_CONTROL_OUT)
        console_take_messages(device);
    else if (queue == input_queue(port_of(queue)))
        console_want_input(device, port_of(queue));
    else
        write_output(device, port_of(queue));
}

static void ready(struct virtio_device *device, unsigned source, short events)
{
    struct console *console = device->state;
    uint64_t count;

    (void)events;
    if (source == CONSOLE_SOURCE_RESIZE) {
        if (read(console->resize_fd, &count, sizeof count) > 0)
            console_measure(device);
    } else if (source >= CONSOLE_SOURCE_OUT) {
        write_output(device, source - CONSOLE_SOURCE_OUT);
    } else if (console->ports[source - CONSOLE_SOURCE_IN].escapes) {
        read_keys(device, source - CONSOLE_SOURCE_IN);
    } else {
        read_input(device, source - CONSOLE_SOURCE_IN);
    }
}

static void reset(struct virtio_device *device)
{
    struct console *console = device->state;

    for (unsigned i = 0; i < console->ports_count; i++) {
        console->ports[i].guest_ready = console->ports[i].guest_open = false;
        console->ports[i].messages = 0;
        console->ports[i].written = 0;
        if (!console->ports[i].escapes)
            device->sources[CONSOLE_SOURCE_IN + i].events = 0;
        device->sources[CONSOLE_SOURCE_OUT + i].events = 0;
    }
}

/* Something is in a queue that the host's reader has not taken. */
static bool pending(const struct virtio_device *device)
{
    const struct console *console = device->state;

    for (unsigned i = 0; i < console->ports_count; i++)
        if (device->sources[CONSOLE_SOURCE_OUT + i].events)
            return true;
    return false;
}

static void destroy(struct virtio_device *device)
{
    struct console *console = device->state;

    for (unsigned i = 0; i < console->ports_count; i++) {
        stream_close(&console->ports[i].in);
        stream_close(&console->ports[i].out);
    }
    close(console->resize_fd);
    free(console);
}

static const struct sandbox_call table[] = {
    SANDBOX_CALL(SYS_recvfrom), /* read and write are every worker's */
    SANDBOX_CALL(SYS_sendto),
    SANDBOX_IOCTL(TIOCGWINSZ),
};
static const struct sandbox_group calls =
    SANDBOX_GROUP("the console's streams where they are sockets, the terminal's size", table);

static const struct virtio_kind kind = {
    .name = "virtio-console",
    .id = VIRTIO_ID_CONSOLE,
    .serve = serve,
    .ready = ready,
    .reset = reset,
    .pending = pending,
    .destroy = destroy,
    .calls = &calls,
};

static void add_port(struct virtio_device *device, struct console_port port, int in, int out)
{
    struct console *console = device->state;
    const unsigned number = console->ports_count++;

    stream_open(&port.in, in, false);
    stream_open(&port.out, out, true);
    port.out_ended = port.is_input;
    port.keys = (struct byte_ring){.bytes = console->keys, .size = CONSOLE_KEYS};
    console->ports[number] = port;
    device->sources[CONSOLE_SOURCE_IN + number] = (struct virtio_source){
        .fd = port.in.fd, .events = port.escapes ? POLLIN : 0, .always = port.escapes};
    device->sources[CONSOLE_SOURCE_OUT + number].fd = port.out.fd;
}

static void add_streams(struct virtio_device *device, const struct virtio_console_ports *ports)
{
    /* clang-format off */
    static const struct console_port streams[CONSOLE_STREAMS] = {
        {.name = "org.virtlab.stdin", .label = "as standard input", .is_input = true},
        {.name = "org.virtlab.stdout", .label = "to standard output"},
        {.name = "org.virtlab.stderr", .label = "to standard error"},
    };
    /* clang-format on */

    add_port(device, streams[0], ports->stdin_fd, -1);
    add_port(device, streams[1], -1, ports->stdout_fd);
    add_port(device, streams[2], -1, ports->stderr_fd);
}

int virtio_console_create(struct virtio_device **result, const struct virtio_console_ports *ports,
                          struct error *error)
{
    const uint64_t features =
        UINT64_C(1) << VIRTIO_CONSOLE_F_SIZE | UINT64_C(1) << VIRTIO_CONSOLE_F_MULTIPORT;
    const bool terminal = ports->console_in >= 0 || ports->console_out >= 0;
    const bool streams = ports->stdin_fd >= 0 || ports->stdout_fd >= 0 || ports->stderr_fd >= 0;
    const unsigned count = (terminal ? 1U : 0) + (streams ? CONSOLE_STREAMS : 0U);
    struct virtio_device *device;

    if (count == 0)
        return error_set(error, EINVAL, "a console needs a port");
    struct console *console = calloc(1, sizeof *console);
    if (!console)
        return error_set_errno(error, ENOMEM, "cannot make a console");
    console->resize_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    int failed = console->resize_fd < 0
                     ? error_set_errno(error, errno, "cannot make an eventfd for a console")
                     : virtio_create(&device, &kind, console, CONSOLE_CONTROL_QUEUES + 2 * count,
                                     QUEUE_SIZE, features, error);
    if (failed) {
        if (console->resize_fd >= 0)
            close(console->resize_fd);
        free(console);
        return failed;
    }
    if (terminal)
        add_port(device,
                 (struct console_port){
                     .label = "on its console", .is_console = true, .escapes = ports->escapes},
                 ports->console_in, ports->console_out);
    if (streams)
        add_streams(device, ports);
    device->sources[CONSOLE_SOURCE_RESIZE] =
        (struct virtio_source){.fd = console->resize_fd, .events = POLLIN};
    console_configure(device);
    *result = device;
    return 0;
}

void virtio_console_resize(struct virtio_device *device)
{
    const struct console *console = device->state;
    const uint64_t one = 1;

    if (write(console->resize_fd, &one, sizeof one) < 0) /* what is pending already is enough */
        return;
}

int virtio_console_check(const struct virtio_device *device, struct error *error)
{
    const struct console *console = device->state;

    for (unsigned i = 0; i < console->ports_count; i++) {
        int errnum = console->ports[i].out_error;
        if (errnum && errnum != EPIPE)
            return error_set_errno(error, errnum, "cannot write what the guest wrote %s",
                                   console->ports[i].label);
    }
    return 0;
}
