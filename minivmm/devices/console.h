/* SPDX-License-Identifier: MIT */
/* What the files of the virtio console share; its users include virtio_console.h. */
#ifndef MINIVMM_CONSOLE_H
#define MINIVMM_CONSOLE_H

#include <linux/virtio_console.h>

#include "minivmm/devices/byte_ring.h"
#include "minivmm/devices/escape.h"
#include "minivmm/devices/stream.h"
#include "minivmm/devices/virtio_console.h"

enum {
    CONSOLE_STREAMS = 3, /* ports of a program */
    CONSOLE_PORTS = 1 + CONSOLE_STREAMS,
    CONSOLE_CONTROL_IN = 2,     /* the queue of messages to the guest */
    CONSOLE_CONTROL_OUT = 3,    /* and of those from it */
    CONSOLE_CONTROL_QUEUES = 2, /* how many these are */

    CONSOLE_SOURCE_IN = 0, /* and one for each port */
    CONSOLE_SOURCE_OUT = CONSOLE_SOURCE_IN + CONSOLE_PORTS,
    CONSOLE_SOURCE_RESIZE = CONSOLE_SOURCE_OUT + CONSOLE_PORTS,
    CONSOLE_SOURCES,

    CONSOLE_KEYS = 64 << 10, /* bytes: a whole page of text that somebody pastes */
};

struct console_port {
    const char *name;  /* for the guest; NULL: none */
    const char *label; /* for errors: what the guest writes here */
    bool is_console;
    bool is_input; /* and nothing else: the guest's writing leads nowhere */
    struct stream in, out;
    bool in_ended, out_ended; /* the host's side is over */
    int out_error;            /* an errno */
    bool escapes;             /* Ctrl-A x ends the machine */
    struct escape escape;
    struct byte_ring keys; /* with escapes: typed, and not yet taken by the guest */
    bool guest_ready, guest_open;
    uint64_t written;  /* of the buffer at the head of the output queue */
    unsigned messages; /* to be sent to the guest, one bit each */
};

struct console {
    struct console_port ports[CONSOLE_PORTS];
    unsigned ports_count;
    uint8_t keys[CONSOLE_KEYS]; /* of the terminal, the only port with escapes */
    int resize_fd;              /* an eventfd: the terminal's size may have changed */
    uint16_t columns, rows;     /* 0: not known */
};

/* --- console_control.c ----------------------------------------------------------------------- */

/* Fill in the configuration space. */
void console_configure(struct virtio_device *device);

/* Ask the terminal for its size again; tell the guest if it has changed. */
void console_measure(struct virtio_device *device);

/* The host's side of a port has ended: tell the guest if nothing is left of it. */
void console_tell_closed(struct virtio_device *device, unsigned port);

/* Send what is to be told, as far as the guest has given buffers for it. */
void console_send_messages(struct virtio_device *device);

/* Hear what the guest has to say. */
void console_take_messages(struct virtio_device *device);

/* --- virtio_console.c ------------------------------------------------------------------------ */

/* Read from the host, or not, as things stand now. */
void console_want_input(struct virtio_device *device, unsigned port);

#endif
