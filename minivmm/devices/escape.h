/* SPDX-License-Identifier: MIT */
/*
 * What a person types at a raw terminal belongs to the guest, Ctrl-C too. One key sequence is ours:
 * Ctrl-A x ends the machine. Ctrl-A Ctrl-A is one Ctrl-A for the guest; behind any other key both
 * go to the guest. A pure function of the bytes: the serial port and the virtio console share it.
 */
#ifndef MINIVMM_ESCAPE_H
#define MINIVMM_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct escape {
    bool armed; /* the last byte was a Ctrl-A that has not been passed on */
};

/* What escape_filter() may add to the bytes it is given: a Ctrl-A held back the last time. */
enum { ESCAPE_EXTRA = 1 };

/*
 * Pass count typed bytes on to the guest: to holds at least count + ESCAPE_EXTRA. Returns how many
 * there are for the guest; *quit is set when Ctrl-A x was among them, and what follows it is lost.
 */
size_t escape_filter(struct escape *escape, const uint8_t *from, size_t count, uint8_t *to,
                     bool *quit);

#endif
