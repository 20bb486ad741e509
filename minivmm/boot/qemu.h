/* SPDX-License-Identifier: MIT */
/*
 * A guest system on a processor made of software: QEMU's TCG translates each of the guest's
 * instructions, so it runs on every machine, and its times say nothing about real processors. The
 * machine is QEMU's microvm, which is built like ours (virtio over MMIO, ACPI, no PCI bus).
 */
#ifndef MINIVMM_QEMU_H
#define MINIVMM_QEMU_H

#include <stdint.h>
#include <sys/types.h>

#include "common/error.h"

/* What QEMU and we talk through; each is a socket. */
enum qemu_channel {
    QEMU_STDIN, /* the program's streams */
    QEMU_STDOUT,
    QEMU_STDERR,
    QEMU_MARKS,    /* what the guest writes to the port LAYOUT_PORT_MARK */
    QEMU_CONSOLE,  /* what it writes to its serial port */
    QEMU_MESSAGES, /* what QEMU itself says, on its standard output and error */
    QEMU_CHANNELS,
};

struct qemu_request {
    const char *kernel;
    int initrd_fd;            /* of a file; its whole content */
    const char *command_line; /* the kernel's */
    uint64_t memory_bytes;
    unsigned cpus;
};

struct qemu {
    pid_t pid;              /* 0: none */
    int fds[QEMU_CHANNELS]; /* our ends, not blocking; -1: closed */
};

/* Whether there is a QEMU; error says what to install. */
int qemu_check(struct error *error);

/*
 * Start it. It dies with this process, however that ends. Errors: exit status 125 where QEMU is not
 * installed; that its options are not understood shows later, in QEMU_MESSAGES.
 */
int qemu_start(struct qemu *qemu, const struct qemu_request *request, struct error *error);

/* Kill and reap it, and close the channels. */
void qemu_stop(struct qemu *qemu);

/*
 * Words for the command line of a Linux that runs in it. QEMU's microvm has no timer against which
 * a kernel could measure the frequency of the time stamp counter, and TCG passes on the host's; so
 * we measure it.
 */
void qemu_clock_words(char *words, size_t size);

#endif
