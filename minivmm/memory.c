/* SPDX-License-Identifier: MIT */
#include "minivmm/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "minivmm/kvm.h"

#define FIRST_SLOT_BYTES (UINT64_C(16) << 20)

/* Give the VM more memory: at least so many frames in one run, and as much as it has already. */
static int plug(struct memory *memory, uint64_t frames)
{
    uint64_t more = (frames + FRAMES_PER_2M) * PAGE_BYTES;
    uint64_t left = memory->bytes - memory->plugged;

    if (frames > memory->bytes / PAGE_BYTES || left == 0)
        return -ENOMEM;
    if (more < memory->plugged)
        more = memory->plugged;
    if (more < FIRST_SLOT_BYTES)
        more = FIRST_SLOT_BYTES;
    if (more > left)
        more = left;
    const struct kvm_userspace_memory_region region = {
        .slot = memory->slots,
        .guest_phys_addr = memory->plugged,
        .memory_size = more,
        .userspace_addr = (uintptr_t)memory->host + memory->plugged,
    };
    if (memory->vm_fd >= 0 && kvm_ioctl(memory->vm_fd, KVM_SET_USER_MEMORY_REGION, &region) < 0)
        return -errno;
    memory->slots++;
    memory->plugged += more;
    return 0;
}

int memory_create(struct memory *memory, int vm_fd, uint64_t bytes, struct error *error)
{
    uint64_t frames = bytes / PAGE_BYTES;

    *memory = (struct memory){.bytes = bytes, .vm_fd = vm_fd, .reserved_bytes = bytes + HUGE_BYTES};
    memory->used = calloc(frames / 64 + 1, sizeof *memory->used);
    if (!memory->used)
        return error_set_errno(error, ENOMEM, "cannot keep a map of guest memory");
    /* NORESERVE: what is reserved here is address space, not memory. */
    memory->reserved = mmap(NULL, memory->reserved_bytes, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory->reserved == MAP_FAILED) {
        memory->reserved = NULL;
        return error_set_errno(error, errno, "cannot reserve %llu MiB of guest memory",
                               (unsigned long long)(bytes >> 20));
    }
    uintptr_t start = (uintptr_t)memory->reserved;
    memory->host = (uint8_t *)((start + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1));

    /* A host that gives 2 MiB to everyone would clear 2 MiB for the first page table. */
    madvise(memory->host, bytes, MADV_NOHUGEPAGE);

    /* Frame 0 is never used: an address of 0 in a page table means that there is nothing. */
    memory->used[0] = 1;
    memory->first_maybe = 1;
    int result = plug(memory, 0);
    if (result < 0)
        return error_set_errno(error, -result,
                               "cannot give the VM memory (KVM_SET_USER_MEMORY_REGION)");
    return 0;
}

void memory_destroy(struct memory *memory)
{
    if (memory->reserved)
        munmap(memory->reserved, memory->reserved_bytes);
    free(memory->used);
    *memory = (struct memory){0};
}

void *memory_at(const struct memory *memory, uint64_t gpa, uint64_t bytes)
{
    if (gpa > memory->plugged || bytes > memory->plugged - gpa)
        return NULL;
    return memory->host + gpa;
}

static bool is_used(const struct memory *memory, uint64_t frame)
{
    return memory->used[frame / 64] >> (frame % 64) & 1;
}

static void mark(struct memory *memory, uint64_t frame, uint64_t count, bool used)
{
    for (; count > 0; frame++, count--) {
        if (frame % 64 == 0 && count >= 64) {
            memory->used[frame / 64] = used ? UINT64_MAX : 0;
            frame += 63;
            count -= 63;
        } else if (used) {
            memory->used[frame / 64] |= UINT64_C(1) << (frame % 64);
        } else {
            memory->used[frame / 64] &= ~(UINT64_C(1) << (frame % 64));
        }
    }
}

/* The length of the run of free frames at frame, looking no further than limit. */
static uint64_t free_run(const struct memory *memory, uint64_t frame, uint64_t limit)
{
    uint64_t end = memory->plugged / PAGE_BYTES;
    uint64_t run = 0;

    while (run < limit && frame + run < end) {
        if ((frame + run) % 64 == 0 && memory->used[(frame + run) / 64] == 0)
            run += 64;
        else if (!is_used(memory, frame + run))
            run++;
        else
            break;
    }
    if (run > end - frame)
        run = end - frame;
    return run < limit ? run : limit;
}

static int find_frames(struct memory *memory, uint64_t count, uint64_t va, uint64_t *gpa)
{
    uint64_t end = memory->plugged / PAGE_BYTES;
    uint64_t step = count >= FRAMES_PER_2M ? FRAMES_PER_2M : 1;
    uint64_t phase = va / PAGE_BYTES % step;
    uint64_t frame = memory->first_maybe;

    if (count == 0 || count > end)
        return -ENOMEM;
    while (frame < end && memory->used[frame / 64] == UINT64_MAX)
        frame = (frame / 64 + 1) * 64;
    while (frame < end && is_used(memory, frame))
        frame++;
    memory->first_maybe = frame;

    while (frame < end) {
        frame += (phase + step - frame % step) % step;
        if (frame >= end || count > end - frame)
            break;
        uint64_t run = free_run(memory, frame, count);
        if (run == count) {
            mark(memory, frame, count, true);
            *gpa = frame * PAGE_BYTES;
            return 0;
        }
        frame += run + 1;
    }
    return -ENOMEM;
}

int memory_take_frames(struct memory *memory, uint64_t count, uint64_t va, uint64_t *gpa)
{
    int result = find_frames(memory, count, va, gpa);
    if (result < 0 && plug(memory, count) == 0)
        result = find_frames(memory, count, va, gpa);
    return result;
}

int memory_take_table(struct memory *memory, uint64_t *gpa)
{
    do {
        for (uint64_t frame = memory->plugged / PAGE_BYTES; frame-- > 0;) {
            if (frame % 64 == 63 && memory->used[frame / 64] == UINT64_MAX)
                frame -= 63;
            if (is_used(memory, frame))
                continue;
            mark(memory, frame, 1, true);
            *gpa = frame * PAGE_BYTES;
            return 0;
        }
    } while (plug(memory, 1) == 0);
    return -ENOMEM;
}

void memory_give_frames(struct memory *memory, uint64_t gpa, uint64_t count)
{
    memory_discard(memory, gpa, count * PAGE_BYTES);
    if (gpa < memory->image_end)
        return;
    if (count >= FRAMES_PER_2M)
        memory_advise_huge(memory, gpa, count * PAGE_BYTES, false);
    mark(memory, gpa / PAGE_BYTES, count, false);
    if (gpa / PAGE_BYTES < memory->first_maybe)
        memory->first_maybe = gpa / PAGE_BYTES;
}

void memory_discard(struct memory *memory, uint64_t gpa, uint64_t bytes)
{
    void *host = memory_at(memory, gpa, bytes);
    if (host)
        madvise(host, bytes, MADV_DONTNEED);
}

int memory_map_file(struct memory *memory, uint64_t gpa, uint64_t bytes, int fd, uint64_t offset)
{
    void *host = memory_at(memory, gpa, bytes);

    if (!host)
        return -ENOMEM;
    if (mmap(host, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, fd,
             (off_t)offset) == MAP_FAILED)
        return -errno;
    if (memory->image_end < gpa + bytes)
        memory->image_end = gpa + bytes;
    return 0;
}

/*
 * The vCPU's TLB could be flushed from inside the guest, but shadow page tables could not: KVM
 * learns of changes to a guest's page tables from the guest's own writes and INVLPGs, and we write
 * from outside. What every back end must honour is the host's own memory management: when the host
 * takes the right to a page away, no translation to it may survive (Linux, mmu_notifier.h). So
 * take it away, and give it back.
 */
void memory_forget_translations(struct memory *memory, uint64_t gpa, uint64_t bytes)
{
    void *host = memory_at(memory, gpa, bytes);
    if (!host)
        return;
    /* A host that has no room to split the mapping can still change all of it. */
    if (mprotect(host, bytes, PROT_NONE) < 0)
        mprotect(memory->host, memory->bytes, PROT_NONE);
    if (mprotect(host, bytes, PROT_READ | PROT_WRITE) < 0)
        mprotect(memory->host, memory->bytes, PROT_READ | PROT_WRITE);
}

void memory_advise_huge(struct memory *memory, uint64_t gpa, uint64_t bytes, bool huge)
{
    void *host = memory_at(memory, gpa, bytes);
    if (host)
        madvise(host, bytes, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

uint64_t memory_count_free(const struct memory *memory)
{
    uint64_t frames = memory->bytes / PAGE_BYTES, used = 0;

    for (uint64_t word = 0; word <= frames / 64; word++)
        used += (uint64_t)__builtin_popcountll(memory->used[word]);
    return frames - used;
}
