/* SPDX-License-Identifier: MIT */
/*
 * The first serial port: a 16550A, the UART with FIFOs that every PC kernel can use before it knows
 * any other device (National Semiconductor, PC16550D data sheet).
 *
 * A vCPU never waits for the host here. What the guest sends goes into an output buffer, and a
 * thread writes it to the host, in pieces as large as they come. Where the host does not take it,
 * the buffer fills, the transmitter stops being ready, and the guest's driver waits as for a slow
 * line. What is typed waits in an input buffer for room in the receive FIFO, and until the driver
 * raises RTS, as Linux does when the port is opened: nothing that was piped in gets lost while the
 * driver looks for the device.
 */
#ifndef MINIVMM_SERIAL_H
#define MINIVMM_SERIAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/byte_ring.h"
#include "minivmm/devices/control.h"
#include "minivmm/devices/escape.h"
#include "minivmm/devices/irq.h"
#include "minivmm/devices/sandbox.h"
#include "minivmm/devices/stream.h"

enum {
    SERIAL_FIFO = 16,
    SERIAL_INPUT = 4096,   /* bytes typed ahead */
    SERIAL_OUTPUT = 65536, /* bytes that the host has not taken yet */
    SERIAL_RECENT = 4096,  /* the last bytes sent, for whoever asks at the end */
};

struct serial_config {
    int in, out;  /* the host's descriptors; -1: nothing is typed, output is dropped */
    bool escapes; /* in is a raw terminal: Ctrl-A x ends the machine */
    bool sandbox; /* the thread gets its system call filter */
    /* Called once, by a vCPU, when the guest sends its first byte; NULL: nobody wants to know. */
    void (*first_byte)(void *context);
    void *context;
};

/* Not to be copied: the rings point into it. */
struct serial {
    struct serial_config config;
    struct control *control;
    const struct irq *irq;
    pthread_mutex_t lock;

    /* Registers, by their names in the data sheet. */
    uint8_t ier, fcr, lcr, mcr, msr, scr, dll, dlm;
    bool overrun;     /* LSR.OE: a byte came while the FIFO was full */
    bool stalled;     /* the output buffer is full: the LSR says so, until it is half empty */
    bool thre_unseen; /* the transmitter became ready, and the IIR has not said so yet */
    bool interrupt;   /* the interrupt output; irq is raised when it rises */
    bool sent;        /* the first byte */
    bool parked;      /* the thread waits for room in the input buffer */
    struct byte_ring fifo, input, output, recent;

    pthread_t thread;
    bool started, stopping;
    int wake_fd, hurry_fd;
    struct stream in, out;
    struct escape escape;
    int output_error; /* the errno of the write that failed; output is dropped from then on */

    uint8_t fifo_bytes[SERIAL_FIFO], input_bytes[SERIAL_INPUT], recent_bytes[SERIAL_RECENT],
        output_bytes[SERIAL_OUTPUT];
};

/*
 * Make the device and put it on the bus of ports at LAYOUT_PORT_COM1. config's descriptors stay the
 * caller's; irq and control must outlive the device. After a failure there is nothing to destroy.
 */
int serial_create(struct serial *serial, const struct serial_config *config, struct bus *ports,
                  const struct irq *irq, struct control *control, struct error *error);

/* Start the thread, before the first vCPU runs. */
int serial_start(struct serial *serial, struct error *error);

/*
 * Once no vCPU runs: end the thread when the host has taken what the guest has sent, or when
 * hurry_fd becomes readable (-1: at once). Does nothing where there is no thread. Returns 0, or a
 * negative errno with *error filled where output of the guest did not arrive.
 */
int serial_stop(struct serial *serial, int hurry_fd, struct error *error);

void serial_destroy(struct serial *serial);

/* Copy the last bytes that the guest sent, at most size and SERIAL_RECENT; returns how many. */
size_t serial_recent(struct serial *serial, char *to, size_t size);

/* --- between the registers (serial.c) and the thread (serial_host.c); both hold the lock --------
 */

/* Typed bytes are in the input buffer: move them on if there is room for them. */
void serial_receive(struct serial *serial);

/* The host has taken output: the transmitter may be ready again. */
void serial_drained(struct serial *serial);

/* There is something for the thread to do. */
void serial_wake(const struct serial *serial);

#endif
