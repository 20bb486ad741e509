/* SPDX-License-Identifier: MIT */
/*
 * Guest-physical memory: one reserved range of this process, of which the VM is given as much as is
 * used, in memslots that double it each time (KVM keeps a reverse map for every page of a slot, and
 * making that for a large memory takes longer than a small program runs). The host gives a page
 * when it is first touched. Frames (pages of 4 KiB) are handed out from a bitmap: the program's
 * from the bottom, page tables from the top, so that tables do not cut long runs.
 */
#ifndef MINIVMM_MEMORY_H
#define MINIVMM_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"

#define PAGE_BYTES     UINT64_C(4096)
#define PAGE_MASK      (~(PAGE_BYTES - 1))
#define HUGE_BYTES     (UINT64_C(2) << 20)
#define FRAMES_PER_2M  (HUGE_BYTES / PAGE_BYTES)
#define PAGE_UP(bytes) (((bytes) + PAGE_BYTES - 1) & PAGE_MASK)

struct memory {
    uint8_t *host;    /* where guest-physical address 0 lies; aligned to 2 MiB */
    uint64_t bytes;   /* how much there may be, a multiple of PAGE_BYTES */
    uint64_t plugged; /* how much the VM has been given */
    int vm_fd;        /* -1: there is no VM, for tests */
    uint32_t slots;
    void *reserved; /* what mmap gave, to be given back */
    uint64_t reserved_bytes;
    uint64_t *used;       /* one bit per frame */
    uint64_t first_maybe; /* no frame below this one is free */
    uint64_t image_end;   /* frames below this address may map the program's file */
};

int memory_create(struct memory *memory, int vm_fd, uint64_t bytes, struct error *error);
void memory_destroy(struct memory *memory);

/* The only way from a guest-physical address to a host pointer: NULL unless all of it is memory. */
void *memory_at(const struct memory *memory, uint64_t gpa, uint64_t bytes);

/*
 * Take count frames in one run. A run of 2 MiB or more starts at the same place within a block of
 * 2 MiB as the virtual address va, so that it can be mapped by 2 MiB pages. They read as zeros.
 * Returns -ENOMEM when there is no such run.
 */
int memory_take_frames(struct memory *memory, uint64_t count, uint64_t va, uint64_t *gpa);

/* Take one frame for a page table; it reads as zeros. */
int memory_take_table(struct memory *memory, uint64_t *gpa);

/* Give frames back to the bitmap and their pages to the host. Drops cached translations too. */
void memory_give_frames(struct memory *memory, uint64_t gpa, uint64_t count);

uint64_t memory_count_free(const struct memory *memory);

/* Let frames read as at first (zeros, or the program's file) without giving them up. */
void memory_discard(struct memory *memory, uint64_t gpa, uint64_t bytes);

/*
 * Let frames be the file's pages: private, read when touched, copied when written. Such frames are
 * never handed out again. offset is a multiple of PAGE_BYTES.
 */
int memory_map_file(struct memory *memory, uint64_t gpa, uint64_t bytes, int fd, uint64_t offset);

/*
 * Make KVM and the processor forget every translation that leads to these frames: the TLB, and on a
 * back end with shadow page tables the shadows. To be called after an entry of the guest's page
 * tables that was present has been changed from outside the guest.
 */
void memory_forget_translations(struct memory *memory, uint64_t gpa, uint64_t bytes);

/* Ask the host for 2 MiB pages, or for 4 KiB ones. Advice: failing changes nothing. */
void memory_advise_huge(struct memory *memory, uint64_t gpa, uint64_t bytes, bool huge);

#endif
