/* SPDX-License-Identifier: MIT */
/*
 * The guest's page tables: four levels, as the processor walks them (Intel SDM volume 3, section
 * 4.5; AMD APM volume 2, section 5.3). They are also the VMM's only record of which virtual page
 * has which frame: there is no second list that could disagree.
 */
#ifndef MINIVMM_PAGETABLE_H
#define MINIVMM_PAGETABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "minivmm/memory.h"

enum {
    PAGE_READ = 1, /* the same bits as PROT_READ, PROT_WRITE and PROT_EXEC */
    PAGE_WRITE = 2,
    PAGE_EXECUTE = 4,
    PAGE_SUPERVISOR = 8, /* not for ring 3: the machine's own pages */
};

struct pagetable {
    struct memory *memory;
    uint64_t root; /* guest-physical address of the PML4 table: CR3 */
};

/* A page as it is mapped. */
struct page {
    uint64_t va, gpa; /* where the page starts */
    uint64_t bytes;   /* 4 KiB or 2 MiB */
    unsigned access;  /* PAGE_ bits; 0: has a frame, but may not be touched */
};

int pagetable_create(struct pagetable *table, struct memory *memory);

/*
 * Map frames. The range must not be mapped. With huge, whole aligned blocks of 2 MiB get one entry.
 * Returns -ENOMEM when memory for tables ran out; then a part may be mapped.
 */
int pagetable_map(struct pagetable *table, uint64_t va, uint64_t gpa, uint64_t bytes,
                  unsigned access, bool huge);

/* The page that va lies in; false when it has none. */
bool pagetable_find(const struct pagetable *table, uint64_t va, struct page *page);

/*
 * The first page that reaches into va..end, at or above va; false when there is none. This is how
 * ranges are walked: what is not mapped is skipped by whole tables.
 */
bool pagetable_next(const struct pagetable *table, uint64_t va, uint64_t end, struct page *page);

/*
 * Give the mapped pages in a range another access, or take the mapping away (the frames stay the
 * caller's concern). A 2 MiB page that lies in it partly is split first, which may fail with
 * -ENOMEM. The caller then calls memory_forget_translations() or gives the frames back.
 */
int pagetable_protect(struct pagetable *table, uint64_t va, uint64_t bytes, unsigned access);
int pagetable_unmap(struct pagetable *table, uint64_t va, uint64_t bytes);

/* Make the aligned 2 MiB block at va one entry, or 512. False: its frames are not one such block.
 */
bool pagetable_join(struct pagetable *table, uint64_t va);
int pagetable_split(struct pagetable *table, uint64_t va);

#endif
