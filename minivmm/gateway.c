/* SPDX-License-Identifier: MIT */
#include "minivmm/gateway.h"

#include <errno.h>
#include <string.h>

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
        if (piece == 0)
            return -EFAULT;
        memcpy((uint8_t *)to + done, host, piece);
        done += piece;
    }
    return 0;
}

int gateway_write(const struct space *space, guest_ptr to, const void *from, uint64_t bytes)
{
    for (uint64_t done = 0; done < bytes;) {
        void *host;
        uint64_t piece = next_piece(space, to.va + done, bytes - done, PAGE_WRITE, &host);
        if (piece == 0)
            return -EFAULT;
        memcpy(host, (const uint8_t *)from + done, piece);
        done += piece;
    }
    return 0;
}

int gateway_read_string(const struct space *space, char *to, size_t size, guest_ptr from)
{
    for (size_t done = 0; done < size;) {
        void *host;
        uint64_t piece = next_piece(space, from.va + done, size - done, PAGE_READ, &host);
        if (piece == 0)
            return -EFAULT;
        const char *end = memccpy(to + done, host, '\0', piece);
        if (end)
            return (int)(end - to - 1);
        done += piece;
    }
    return -ENAMETOOLONG;
}
