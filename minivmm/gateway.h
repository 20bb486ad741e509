/* SPDX-License-Identifier: MIT */
/*
 * The one gateway for guest pointers. A pointer that came from the guest is a guest_ptr, which C
 * cannot dereference or mix with a host pointer by accident. These functions walk the guest's page
 * tables as ring 3 would, so the VMM can be asked to touch nothing that the program could not.
 */
#ifndef MINIVMM_GATEWAY_H
#define MINIVMM_GATEWAY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

#include "minivmm/space.h"

typedef struct {
    uint64_t va;
} guest_ptr;

static inline guest_ptr guest_pointer(uint64_t va)
{
    return (guest_ptr){va};
}

/* Where guest memory lies on the host, in at most GATEWAY_SPANS pieces. */
enum { GATEWAY_SPANS = 64 };

struct spans {
    int count;
    uint64_t bytes;
    struct iovec at[GATEWAY_SPANS];
};

/*
 * Add the guest's bytes to *spans, as far as they may be accessed (PAGE_READ or PAGE_WRITE) and
 * spans are left. Returns how many were added: fewer than asked, even 0, where access ends.
 */
uint64_t gateway_add(const struct space *space, guest_ptr pointer, uint64_t bytes, unsigned access,
                     struct spans *spans);

/*
 * While it is open, SIGBUS is caught: a page of the program's file that is gone, because the file
 * has become shorter, is -EFAULT for the calls below.
 */
void gateway_open(void);
void gateway_close(void);

/* Copy; -EFAULT unless all of it may be accessed. What may be is then copied already. */
int gateway_read(const struct space *space, void *to, guest_ptr from, uint64_t bytes);
int gateway_write(const struct space *space, guest_ptr to, const void *from, uint64_t bytes);

/* Copy a string with its NUL. Its length, -EFAULT, or -ENAMETOOLONG where it exceeds size - 1. */
int gateway_read_string(const struct space *space, char *to, size_t size, guest_ptr from);

#endif
