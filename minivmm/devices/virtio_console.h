/* SPDX-License-Identifier: MIT */
/*
 * A console with several ports (virtio 1.2, 5.3): a terminal, which is the guest's hvc0, and the
 * three streams of a program, which the guest knows by their names: org.virtlab.stdin,
 * org.virtlab.stdout, org.virtlab.stderr. Only those that are asked for exist, numbered from 0 on:
 * a driver sets up two queues for each port that there could be, and an exit for each register.
 *
 * End of input on the host closes the port for the guest (PORT_OPEN 0), once the guest has taken
 * all that came before; so does a reader that goes away (EPIPE). What is written to a closed port
 * is dropped. A reader that is slow holds up the guest's writer, and nobody else.
 */
#ifndef MINIVMM_VIRTIO_CONSOLE_H
#define MINIVMM_VIRTIO_CONSOLE_H

#include "minivmm/devices/virtio.h"

/*
 * The host's descriptors of each port; -1: none. They stay the caller's. There is a terminal if it
 * has any, and there are all three streams if one of them has any: then a stream without one ends
 * at once. Something must be there.
 */
struct virtio_console_ports {
    int console_in, console_out;
    int stdin_fd, stdout_fd, stderr_fd;
    bool escapes; /* console_in is a raw terminal: Ctrl-A x ends the machine */
};

/* Where console_out is a terminal, its size is the console's. */
int virtio_console_create(struct virtio_device **device, const struct virtio_console_ports *ports,
                          struct error *error);

/* The terminal's size may have changed (SIGWINCH). From any thread. */
void virtio_console_resize(struct virtio_device *device);

/* After virtio_stop(). Error: what the guest wrote did not all arrive (a full disk). A reader that
 * has gone is none: the guest has been told. */
int virtio_console_check(const struct virtio_device *device, struct error *error);

#endif
