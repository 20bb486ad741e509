/* SPDX-License-Identifier: MIT */
/*
 * The program's address space: which virtual pages exist, as mmap, brk and their kin make it.
 *
 *     0000000000000000  never mapped: a null pointer faults
 *                       the program, then its heap (brk), growing up
 *                       mappings, placed from the top down
 *                       guard, the stack
 *     00007fffffffb000  the machine's own pages (cpu.h), up to the end of the lower half
 */
#ifndef MINIVMM_SPACE_H
#define MINIVMM_SPACE_H

#include "minivmm/minivmm.h"
#include "minivmm/pagetable.h"

#define SPACE_START     UINT64_C(0x10000) /* vm.mmap_min_addr of a usual host */
#define SPACE_STACK_TOP UINT64_C(0x00007fffffff0000)
#define SPACE_END       SPACE_STACK_TOP
#define SPACE_GUARD     (UINT64_C(1) << 20)
#define SPACE_STACK_MAX (UINT64_C(8) << 20)

struct space {
    struct pagetable table;
    struct memory *memory;
    enum minivmm_pages pages;
    uint64_t brk_start, brk;
    uint64_t stack_bytes;
    uint64_t mappings_top; /* no mapping is placed above it */
    uint64_t hint;         /* from here to mappings_top everything is mapped */
};

int space_create(struct space *space, struct memory *memory, enum minivmm_pages pages);

/*
 * All ranges are whole pages, and lie between SPACE_START and SPACE_END: ask space_is_valid()
 * first. Those that return int return 0 or the negative errno that the system call has.
 */
bool space_is_valid(uint64_t va, uint64_t bytes);
bool space_is_free(const struct space *space, uint64_t va, uint64_t bytes);
bool space_is_mapped(const struct space *space, uint64_t va, uint64_t bytes);

/* A free range, aligned to 2 MiB when it is that large; 0 when there is none. */
uint64_t space_find(struct space *space, uint64_t bytes);

/* Map zeros. The range must be free. */
int space_map(struct space *space, uint64_t va, uint64_t bytes, unsigned access);

int space_unmap(struct space *space, uint64_t va, uint64_t bytes);
int space_protect(struct space *space, uint64_t va, uint64_t bytes, unsigned access);
int space_discard(struct space *space, uint64_t va, uint64_t bytes);

/* Move mapped pages with their frames; the range at `to` must be free. */
int space_move(struct space *space, uint64_t from, uint64_t to, uint64_t bytes);

/* What madvise(MADV_HUGEPAGE or MADV_NOHUGEPAGE) asks. */
void space_advise_huge(struct space *space, uint64_t va, uint64_t bytes, bool huge);

/* brk(2) as the kernel has it: the new end of the heap, or the old one where it cannot be had. */
uint64_t space_brk(struct space *space, uint64_t wanted);

#endif
