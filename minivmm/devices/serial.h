/* SPDX-License-Identifier: MIT */
/*
 * The first serial port: a 16550A, the UART with FIFOs that every PC kernel can use before it knows
 * any other device (National Semiconductor PC16550D data sheet).
 *
 * A vCPU never waits for the host here. What the guest sends goes into an output buffer, and a
 * thread writes it to the host in pieces as large as they come; where the host does not take it,
 * the buffer fills, the transmitter stops being ready (LSR.THRE), and the guest's driver waits, as
 * for a slow line. What is typed waits in an input buffer for room in the receive FIFO, and until
 * the driver listens (RTS, or receive interrupts): so nothing piped in gets lost before it has
 * started.
 */
#ifndef MINIVMM_SERIAL_H
#define MINIVMM_SERIAL_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/boot/control.h"
#include "minivmm/devices/bus.h"
#include "minivmm/devices/escape.h"
#include "minivmm/devices/irq.h"

enum {
    SERIAL_PORTS = 8, /* registers */
    SERIAL_FIFO = 16,
    SERIAL_INPUT = 4096,   /* bytes typed ahead */
    SERIAL_OUTPUT = 65536, /* bytes that the host has not taken yet */
    SERIAL_RECENT = 4096,  /* the last bytes sent, kept for whoever asks at the end */
};

struct serial_config {
    int in, out;  /* the host's descriptors; -1: nothing is typed, output is dropped */
    bool escapes; /* in is a raw terminal: Ctrl-A x ends the machine */
    /* Called once, by a vCPU, when the guest sends its first byte; NULL: nobody wants to know. */
    void (*first_byte)(void *context);
    void *context;
};

/* A ring of bytes: start is where the oldest is. */
struct serial_ring {
    uint8_t *bytes;
    size_t size, start, count;
};

struct serial {
    struct serial_config config;
    struct control *control;
    struct irq *irq;
    pthread_mutex_t lock;

    /* Registers, under their names in the data sheet. */
    uint8_t ier, fcr, lcr, mcr, lsr, msr, scr, dll, dlm;
    bool thre_pending; /* the transmitter became ready, and nobody has seen it in the IIR yet */
    bool line;         /* the interrupt line, as the IRQ's edge detector last saw it */
    bool sent;         /* first_byte has been called */
    uint8_t fifo_bytes[SERIAL_FIFO], input_bytes[SERIAL_INPUT], output_bytes[SERIAL_OUTPUT],
        recent_bytes[SERIAL_RECENT];
    struct serial_ring fifo, input, output, recent;

    /* The thread between the buffers and the host. */
    pthread_t thread;
    bool started, stopping;
    int wake_fd;
    struct escape escape;
    int own_in, own_out; /* non-blocking where that is possible, without changing the caller's */
    bool own_in_opened, own_out_opened;
    int output_error; /* the errno of the write that failed: output is dropped from then on */
};

/*
 * Make the device and put it on the bus of ports at LAYOUT_PORT_COM1. Reads and writes config's
 * descriptors, which stay the caller's. irq and control must outlive it.
 */
int serial_create(struct serial *serial, const struct serial_config *config, struct bus *ports,
                  const struct irq *irq, struct control *control, struct error *error);

/* Start the thread; before the first vCPU runs. It blocks all signals but SIGTTIN and SIGTTOU. */
int serial_start(struct serial *serial, struct error *error);

/*
 * After the last vCPU has stopped: write out what is left, for at most a second, and end the
 * thread. Returns 0, or a negative errno with *error filled where output of the guest did not
 * arrive.
 */
int serial_stop(struct serial *serial, struct error *error);

void serial_destroy(struct serial *serial);

/* Copy the last bytes that the guest sent, at most size and SERIAL_RECENT; returns how many. */
size_t serial_recent(struct serial *serial, char *to, size_t size);

/* The system calls that the thread makes, ended by -1: its filter. */
extern const int serial_calls[];

#endif
