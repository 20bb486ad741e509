/* SPDX-License-Identifier: MIT */
/* What the files of the guest's /init share. */
#ifndef MINIVMM_GUEST_H
#define MINIVMM_GUEST_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "minivmm/devices/layout.h"

/* The two ports for guests that know the machine. QEMU has its debug console and isa-debug-exit at
 * the same places. */
enum { PORT_MARK = LAYOUT_PORT_MARK, PORT_EXIT = LAYOUT_PORT_EXIT };

/* What is written to PORT_MARK. */
enum {
    MARK_INIT = 1,    /* /init runs */
    MARK_PROGRAM = 2, /* the program is about to be executed */
    /* The report of the end follows, where the command line asks for it: the status and the bytes
     * written to standard output and error, 2, 16 and 16 hexadecimal digits, each digit a byte
     * with MARK_DIGIT added, so that none is mistaken for a mark. */
    MARK_REPORT = 3,
    MARK_DIGIT = 0x10,
};

/* --- program.c: one program, its streams carried to and from the host ------------------------ */

/* How it ended, and how much it said. */
struct ended {
    int status; /* as a shell gives it: 128 + N for signal N */
    uint64_t stdout_bytes, stderr_bytes;
};

/*
 * Run what /virtlab/command says, to its end and until all of its output has been handed to the
 * machine. announcements: from ports_listen(). False where that cannot even be tried; why stands on
 * the console.
 */
bool program_run(int announcements, struct ended *ended);

/* --- ports.c: the console ports that carry the streams -------------------------------------- */

enum { PORTS = 3 }; /* standard input, output, error */

/* Before there can be any port: from here on the kernel's announcements are kept for us. */
int ports_listen(void);

/*
 * Wait until the three ports are there and the host's end of each is open, and open them, not
 * blocking. False, with the reason on the console, when they do not come.
 */
bool ports_open(int announcements, int fds[PORTS]);

/* --- init.c ---------------------------------------------------------------------------------- */

void mark(unsigned char byte);

/* Say something on the console. */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
