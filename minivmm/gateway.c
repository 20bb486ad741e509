/* SPDX-License-Identifier: MIT */
#include "minivmm/gateway.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>

/*
 * The program's file is mapped, and may become shorter: then its pages are gone, and touching one
 * is SIGBUS (mmap(2)). During a copy it leads back here, as the kernel's own copies do (EFAULT).
 */
static sigjmp_buf page_is_gone;
static volatile sig_atomic_t copying;
static struct sigaction action_before;

static void on_bus_error(int signal)
{
    if (copying)
        siglongjmp(page_is_gone, 1);
    sigaction(signal, &action_before, NULL); /* not ours: it will strike again */
}

void gateway_open(void)
{
    /* NODEFER: it is left by a jump, after which the signal must not stay blocked. */
    sigaction(SIGBUS, &(struct sigaction){.sa_handler = on_bus_error, .sa_flags = SA_NODEFER},
              &action_before);
}

void gateway_close(void)
{
    sigaction(SIGBUS, &action_before, NULL);
}

/* memcpy(); false where a page behind one of the pointers is gone. */
static bool copy(void *to, const void *from, uint64_t bytes)
{
    if (sigsetjmp(page_is_gone, 0) != 0) {
        copying = 0;
        return false;
    }
    copying = 1;
    atomic_signal_fence(memory_order_seq_cst); /* the compiler keeps this order */
    memcpy(to, from, bytes);
    atomic_signal_fence(memory_order_seq_cst);
    copying = 0;
    return true;
}

/* The next piece of host memory behind va, at most bytes long; its length, 0 where access ends. */
static uint64_t next_piece(const struct space *space, uint64_t va, uint64_t bytes, unsigned access,
                           void **host)
{
    struct page page;

    if (va >= SPACE_END || !pagetable_find(&space->table, va, &page))
        return 0;
    if ((page.access & access) != access || (page.access & PAGE_SUPERVISOR))
        return 0;
    uint64_t into = va - page.va;
    if (bytes > page.bytes - into)
        bytes = page.bytes - into;
    *host = memory_at(space->memory, page.gpa + into, bytes);
    return *host ? bytes : 0;
}

uint64_t gateway_add(const struct space *space, guest_ptr pointer, uint64_t bytes, unsigned access,
                     struct spans *spans)
{
    uint64_t done = 0;

    while (done < bytes) {
        void *host;
        /* va + done cannot wrap: next_piece() has refused addresses beyond SPACE_END before. */
        uint64_t piece = next_piece(space, pointer.va + done, bytes - done, access, &host);
        if (piece == 0)
            break;
        struct iovec *last = spans->count > 0 ? &spans->at[spans->count - 1] : NULL;
        if (last && (uint8_t *)last->iov_base + last->iov_len == host)
            last->iov_len += piece; /* neighbouring frames: one span */
        else if (spans->count < GATEWAY_SPANS)
            spans->at[spans->count++] = (struct iovec){.iov_base = host, .iov_len = piece};
        else
            break;
        done += piece;
    }
    spans->bytes += done;
    return done;
}

int gateway_read(const struct space *space, void *to, guest_ptr from, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        void *host;
        uint64_t piece = next_piece(space, from.va + done, bytes - done, PAGE_READ, &host);
        if (piece == 0 || !copy((uint8_t *)to + done, host, piece))
            return -EFAULT;
        done += piece;
    }
    return 0;
}

int gateway_write(const struct space *space, guest_ptr to, const void *from, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        void *host;
        uint64_t piece = next_piece(space, to.va + done, bytes - done, PAGE_WRITE, &host);
        if (piece == 0 || !copy(host, (const uint8_t *)from + done, piece))
            return -EFAULT;
        done += piece;
    }
    return 0;
}

int gateway_read_string(const struct space *space, char *to, size_t size, guest_ptr from)
{
    for (size_t done = 0; done < size;) {
        void *host;
        uint64_t piece = next_piece(space, from.va + done, size - done, PAGE_READ, &host);
        if (piece == 0 || !copy(to + done, host, piece))
            return -EFAULT;
        const char *end = memchr(to + done, '\0', piece);
        if (end)
            return (int)(end - to);
        done += piece;
    }
    return -ENAMETOOLONG;
}
