/* SPDX-License-Identifier: MIT */
/* The RAM of a guest system: reserved address space of ours that the guest sees as memory. */
#include "minivmm/devices/ram.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>

#include "minivmm/devices/layout.h"
#include "minivmm/kvm.h"

enum { SLOT_LOW, SLOT_HIGH };

#define HUGE_BYTES (2 * LAYOUT_MIB)

/*
 * Reserve address space that starts at a multiple of 2 MiB, as the guest's side of it does: only
 * so can one entry of a page table hold 2 MiB on both sides.
 */
static uint8_t *reserve(uint64_t bytes)
{
    /* NORESERVE: a guest may have more RAM than there is to spare; what it touches counts. */
    uint8_t *start = mmap(NULL, bytes + HUGE_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    uint64_t before = -(uintptr_t)start % HUGE_BYTES;
    if (before > 0)
        munmap(start, before);
    munmap(start + before + bytes, HUGE_BYTES - before);
    start += before;

    /*
     * 2 MiB at a time: a kernel touches most of its RAM, each first touch of a page is an exit to
     * KVM, and each miss of the TLB walks two page tables. A core dump does without it.
     */
    madvise(start, bytes, MADV_HUGEPAGE);
    madvise(start, bytes, MADV_DONTDUMP);
    return start;
}

int ram_create(struct ram *ram, uint64_t bytes, struct error *error)
{
    *ram = (struct ram){.low_bytes = bytes < LAYOUT_HOLE ? bytes : LAYOUT_HOLE};
    ram->high_bytes = bytes - ram->low_bytes;
    ram->low = reserve(ram->low_bytes);
    if (ram->low && ram->high_bytes > 0)
        ram->high = reserve(ram->high_bytes);
    if (!ram->low || (ram->high_bytes > 0 && !ram->high))
        return error_set(error, ENOMEM, "cannot reserve %llu MiB of guest memory",
                         (unsigned long long)(bytes / LAYOUT_MIB));
    return 0;
}

static int plug(int vm_fd, unsigned slot, uint64_t gpa, const uint8_t *host, uint64_t bytes)
{
    const struct kvm_userspace_memory_region region = {
        .slot = slot,
        .guest_phys_addr = gpa,
        .memory_size = bytes,
        .userspace_addr = (uintptr_t)host,
    };
    return kvm_ioctl(vm_fd, KVM_SET_USER_MEMORY_REGION, &region);
}

int ram_plug(const struct ram *ram, int vm_fd, struct error *error)
{
    if (plug(vm_fd, SLOT_LOW, 0, ram->low, ram->low_bytes) < 0 ||
        (ram->high && plug(vm_fd, SLOT_HIGH, LAYOUT_HOLE_END, ram->high, ram->high_bytes) < 0))
        return error_set_errno(error, errno,
                               "cannot give the VM memory (KVM_SET_USER_MEMORY_REGION)");
    return 0;
}

void ram_destroy(struct ram *ram)
{
    if (ram->low)
        munmap(ram->low, ram->low_bytes);
    if (ram->high)
        munmap(ram->high, ram->high_bytes);
    *ram = (struct ram){0};
}

/* Whether bytes at offset lie within a piece of so many; no sum that could overflow. */
static bool fits(uint64_t offset, uint64_t bytes, uint64_t piece)
{
    return bytes <= piece && offset <= piece - bytes;
}

void *ram_at(const struct ram *ram, uint64_t gpa, uint64_t bytes)
{
    if (fits(gpa, bytes, ram->low_bytes))
        return ram->low + gpa;
    if (ram->high && gpa >= LAYOUT_HOLE_END && fits(gpa - LAYOUT_HOLE_END, bytes, ram->high_bytes))
        return ram->high + (gpa - LAYOUT_HOLE_END);
    return NULL;
}

int ram_read(const struct ram *ram, uint64_t gpa, void *to, size_t bytes)
{
    const void *from = ram_at(ram, gpa, bytes);

    if (!from)
        return -EFAULT;
    memcpy(to, from, bytes);
    return 0;
}

int ram_write(const struct ram *ram, uint64_t gpa, const void *from, size_t bytes)
{
    void *to = ram_at(ram, gpa, bytes);

    if (!to)
        return -EFAULT;
    memcpy(to, from, bytes);
    return 0;
}
