/* SPDX-License-Identifier: MIT */
/*
 * The control messages of the console (virtio 1.2, 5.3.6.2). What is still to be told is kept as a
 * set of bits for each port and not as a list: however slow or hostile the guest, it takes no more
 * memory, and only the last state of a thing is told.
 */
#include <endian.h>
#include <string.h>
#include <sys/ioctl.h>

#include "minivmm/devices/console.h"

/* In the order in which they are sent: a port has to be there before it is opened. */
enum message { MESSAGE_ADD, MESSAGE_CONSOLE, MESSAGE_RESIZE, MESSAGE_NAME, MESSAGE_OPEN, MESSAGES };

enum { NAME_BYTES = 32 };

/* A message with the longest of what may follow it. */
struct packet {
    struct virtio_console_control control;
    union {
        /*
         * Columns first, as the specification has it, and Linux since 2025, Debian's 6.1 included;
         * before, its driver took the rows first.
         */
        struct {
            uint16_t columns, rows;
        } size;
        char name[NAME_BYTES];
    } more;
};

static bool is_open(const struct console_port *port)
{
    /* The console is there as long as it can be written to; a stream has one direction only. */
    return port->is_input ? port->in.fd >= 0 && !port->in_ended : !port->out_ended;
}

static size_t make(const struct console *console, unsigned number, enum message message,
                   struct packet *packet)
{
    static const uint16_t events[MESSAGES] = {
        [MESSAGE_ADD] = VIRTIO_CONSOLE_PORT_ADD,   [MESSAGE_CONSOLE] = VIRTIO_CONSOLE_CONSOLE_PORT,
        [MESSAGE_RESIZE] = VIRTIO_CONSOLE_RESIZE,  [MESSAGE_NAME] = VIRTIO_CONSOLE_PORT_NAME,
        [MESSAGE_OPEN] = VIRTIO_CONSOLE_PORT_OPEN,
    };
    const struct console_port *port = &console->ports[number];
    size_t more = 0;

    memset(packet, 0, sizeof *packet);
    packet->control.id = htole32(number);
    packet->control.event = htole16(events[message]);
    packet->control.value = htole16(1);
    if (message == MESSAGE_RESIZE) {
        packet->more.size.rows = htole16(console->rows);
        packet->more.size.columns = htole16(console->columns);
        more = sizeof packet->more.size;
    } else if (message == MESSAGE_NAME) {
        more = strnlen(port->name, NAME_BYTES); /* without a 0 at its end */
        memcpy(packet->more.name, port->name, more);
    } else if (message == MESSAGE_OPEN) {
        packet->control.value = htole16(is_open(port));
    }
    return sizeof packet->control + more;
}

void console_send_messages(struct virtio_device *device)
{
    struct console *console = device->state;
    struct virtqueue_buffer buffer;
    struct packet packet;

    for (unsigned i = 0; i < console->ports_count; i++)
        for (enum message message = 0; message < MESSAGES; message++) {
            if (!(console->ports[i].messages >> message & 1))
                continue;
            if (!virtio_take(device, CONSOLE_CONTROL_IN, &buffer))
                return; /* the rest when there is a buffer */
            console->ports[i].messages &= ~(1U << message);
            size_t bytes = make(console, i, message, &packet);
            virtio_give(device, CONSOLE_CONTROL_IN, &buffer,
                        virtqueue_write(&buffer, 0, &packet, bytes));
        }
}

static void tell(struct virtio_device *device, unsigned port, enum message message)
{
    struct console *console = device->state;

    console->ports[port].messages |= 1U << message;
    console_send_messages(device);
}

void console_tell_closed(struct virtio_device *device, unsigned port)
{
    const struct console *console = device->state;

    if (console->ports[port].guest_ready && !is_open(&console->ports[port]))
        tell(device, port, MESSAGE_OPEN);
}

static void hear(struct virtio_device *device, const struct virtio_console_control *control)
{
    struct console *console = device->state;
    const uint32_t id = le32toh(control->id);
    const bool value = le16toh(control->value);

    if (le16toh(control->event) == VIRTIO_CONSOLE_DEVICE_READY) {
        for (unsigned i = 0; value && i < console->ports_count; i++)
            tell(device, i, MESSAGE_ADD);
        return;
    }
    if (id >= console->ports_count)
        return;
    struct console_port *port = &console->ports[id];
    switch (le16toh(control->event)) {
    case VIRTIO_CONSOLE_PORT_READY:
        port->guest_ready = value;
        if (!value)
            break;
        if (port->is_console)
            tell(device, id, MESSAGE_CONSOLE);
        if (port->is_console && console->columns)
            tell(device, id, MESSAGE_RESIZE);
        if (port->name)
            tell(device, id, MESSAGE_NAME);
        if (is_open(port))
            tell(device, id, MESSAGE_OPEN);
        break;
    case VIRTIO_CONSOLE_PORT_OPEN:
        port->guest_open = value;
        console_want_input(device, id);
        break;
    default:
        break; /* nothing else comes from a guest */
    }
}

void console_take_messages(struct virtio_device *device)
{
    struct virtqueue_buffer buffer;
    struct virtio_console_control control;

    while (virtio_take(device, CONSOLE_CONTROL_OUT, &buffer)) {
        bool whole = virtqueue_read(&buffer, 0, &control, sizeof control) == sizeof control;
        virtio_give(device, CONSOLE_CONTROL_OUT, &buffer, 0);
        if (whole)
            hear(device, &control);
    }
}

/* --- the terminal's size --------------------------------------------------------------------- */

/* True: it has changed. */
static bool measure(struct console *console)
{
    const int fd = console->ports[0].out.fd;
    struct winsize size = {0};

    if (fd < 0 || ioctl(fd, TIOCGWINSZ, &size) < 0 ||
        (size.ws_col == console->columns && size.ws_row == console->rows))
        return false;
    console->columns = size.ws_col;
    console->rows = size.ws_row;
    return true;
}

/* The configuration's first field, columns and rows, as one: so both change at once. */
static uint32_t size_field(const struct console *console)
{
    return htole32((uint32_t)console->columns | (uint32_t)console->rows << 16);
}

void console_configure(struct virtio_device *device)
{
    struct console *console = device->state;
    const uint32_t ports = htole32(console->ports_count);

    measure(console);
    const uint32_t size = size_field(console);
    memcpy(device->config + offsetof(struct virtio_console_config, cols), &size, sizeof size);
    memcpy(device->config + offsetof(struct virtio_console_config, max_nr_ports), &ports,
           sizeof ports);
    device->config_bytes = sizeof(struct virtio_console_config);
}

void console_measure(struct virtio_device *device)
{
    struct console *console = device->state;

    if (!measure(console))
        return;
    const uint32_t size = size_field(console);
    virtio_change_config(device, offsetof(struct virtio_console_config, cols), &size, sizeof size);
    if (console->ports[0].guest_ready)
        tell(device, 0, MESSAGE_RESIZE);
}
