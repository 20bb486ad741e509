/* SPDX-License-Identifier: MIT */
#include "minivmm/pagetable.h"

#include <errno.h>
#include <stddef.h>

/* Bits of an entry: Intel SDM volume 3, tables 4-15 to 4-20. */
#define ENTRY_PRESENT  (UINT64_C(1) << 0)
#define ENTRY_WRITABLE (UINT64_C(1) << 1)
#define ENTRY_USER     (UINT64_C(1) << 2)
#define ENTRY_ACCESSED (UINT64_C(1) << 5)
#define ENTRY_DIRTY    (UINT64_C(1) << 6)
#define ENTRY_HUGE     (UINT64_C(1) << 7) /* PS: in a page directory, a page of 2 MiB */
#define ENTRY_NX       (UINT64_C(1) << 63)
#define ENTRY_ADDRESS  UINT64_C(0x000ffffffffff000)
/*
 * A page that may not be touched (PROT_NONE) keeps its frame. The processor ignores every other bit
 * of an entry that is not present, so the frame's address stays where it is; an entry of 0 has
 * none.
 */

enum { ENTRIES = 512, LEVEL_4K = 0, LEVEL_2M = 1, LEVEL_ROOT = 3 };

static uint64_t level_bytes(int level)
{
    return PAGE_BYTES << (9 * level);
}

/* The entry for va in the table at gpa; NULL only if the table lies outside of memory. */
static uint64_t *entry_at(const struct pagetable *table, uint64_t gpa, uint64_t va, int level)
{
    uint64_t *entries = memory_at(table->memory, gpa, PAGE_BYTES);
    return entries ? &entries[va / level_bytes(level) % ENTRIES] : NULL;
}

/* Walk down to the entry that maps va, or to the empty one where the walk ends. */
static uint64_t *walk(const struct pagetable *table, uint64_t va, int *level)
{
    uint64_t gpa = table->root;

    for (*level = LEVEL_ROOT;; --*level) {
        uint64_t *entry = entry_at(table, gpa, va, *level);
        if (!entry || *entry == 0 || *level == LEVEL_4K || (*entry & ENTRY_HUGE))
            return entry;
        gpa = *entry & ENTRY_ADDRESS;
    }
}

/* The same, but make the tables that are missing on the way down to the given level. */
static uint64_t *walk_and_make(struct pagetable *table, uint64_t va, int to_level)
{
    uint64_t gpa = table->root;

    for (int level = LEVEL_ROOT;; level--) {
        uint64_t *entry = entry_at(table, gpa, va, level);
        if (!entry || level == to_level)
            return entry;
        if (*entry == 0) {
            uint64_t new_table;
            if (memory_take_table(table->memory, &new_table) < 0)
                return NULL;
            /* Everything is allowed on the way down: the last entry decides. */
            *entry = new_table | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER;
        }
        gpa = *entry & ENTRY_ADDRESS;
    }
}

static uint64_t make_entry(uint64_t gpa, unsigned access, bool huge)
{
    uint64_t entry = gpa | ENTRY_ACCESSED | ENTRY_DIRTY | (huge ? ENTRY_HUGE : 0);

    if ((access & (PAGE_READ | PAGE_WRITE | PAGE_EXECUTE)) == 0)
        return entry;
    /* This processor has no page that can be written or executed but not read. */
    entry |= ENTRY_PRESENT;
    entry |= access & PAGE_WRITE ? ENTRY_WRITABLE : 0;
    entry |= access & PAGE_EXECUTE ? 0 : ENTRY_NX;
    entry |= access & PAGE_SUPERVISOR ? 0 : ENTRY_USER;
    return entry;
}

static struct page read_entry(uint64_t entry, uint64_t va, int level)
{
    struct page page = {.bytes = level_bytes(level)};

    page.va = va & ~(page.bytes - 1);
    page.gpa = entry & ENTRY_ADDRESS;
    if (entry & ENTRY_PRESENT)
        page.access = PAGE_READ | (entry & ENTRY_WRITABLE ? PAGE_WRITE : 0) |
                      (entry & ENTRY_NX ? 0 : PAGE_EXECUTE) |
                      (entry & ENTRY_USER ? 0 : PAGE_SUPERVISOR);
    return page;
}

int pagetable_create(struct pagetable *table, struct memory *memory)
{
    table->memory = memory;
    return memory_take_table(memory, &table->root);
}

int pagetable_map(struct pagetable *table, uint64_t va, uint64_t gpa, uint64_t bytes,
                  unsigned access, bool huge)
{
    for (uint64_t done = 0; done < bytes;) {
        int level = LEVEL_4K;
        if (huge && ((va + done) | (gpa + done)) % HUGE_BYTES == 0 && bytes - done >= HUGE_BYTES) {
            /* A table of 4 KiB entries, left by an earlier mapping, is kept and used. */
            uint64_t *entry = walk_and_make(table, va + done, LEVEL_2M);
            if (entry && *entry == 0)
                level = LEVEL_2M;
        }
        uint64_t *entry = walk_and_make(table, va + done, level);
        if (!entry)
            return -ENOMEM;
        do {
            *entry++ = make_entry(gpa + done, access, level == LEVEL_2M);
            done += level_bytes(level);
            /* Neighbours in the same table need no walk of their own. */
        } while (level == LEVEL_4K && done < bytes && (va + done) % HUGE_BYTES != 0);
    }
    return 0;
}

bool pagetable_find(const struct pagetable *table, uint64_t va, struct page *page)
{
    int level;
    const uint64_t *entry = walk(table, va, &level);

    if (!entry || *entry == 0)
        return false;
    *page = read_entry(*entry, va, level);
    return true;
}

bool pagetable_next(const struct pagetable *table, uint64_t va, uint64_t end, struct page *page)
{
    while (va < end) {
        int level;
        const uint64_t *entry = walk(table, va, &level);
        if (!entry)
            return false;
        do {
            if (*entry != 0) {
                *page = read_entry(*entry, va, level);
                return true;
            }
            va = (va / level_bytes(level) + 1) * level_bytes(level);
            entry++;
        } while (level == LEVEL_4K && va < end && va % HUGE_BYTES != 0);
    }
    return false;
}

/* Split the 2 MiB page, if there is one, that va cuts in two. */
static int split_at(struct pagetable *table, uint64_t va)
{
    struct page page;

    if (pagetable_find(table, va, &page) && page.va != va && page.bytes == HUGE_BYTES)
        return pagetable_split(table, va);
    return 0;
}

/* Change every mapped entry in a range: another access, or 0 where access is NULL. */
static int change(struct pagetable *table, uint64_t va, uint64_t bytes, const unsigned *access)
{
    uint64_t end = va + bytes;
    struct page page;

    if (split_at(table, va) < 0 || split_at(table, end) < 0)
        return -ENOMEM;
    for (; pagetable_next(table, va, end, &page); va = page.va + page.bytes) {
        int level;
        uint64_t *entry = walk(table, page.va, &level);
        *entry = access ? make_entry(page.gpa, *access, level == LEVEL_2M) : 0;
    }
    return 0;
}

int pagetable_protect(struct pagetable *table, uint64_t va, uint64_t bytes, unsigned access)
{
    return change(table, va, bytes, &access);
}

int pagetable_unmap(struct pagetable *table, uint64_t va, uint64_t bytes)
{
    return change(table, va, bytes, NULL);
}

bool pagetable_join(struct pagetable *table, uint64_t va)
{
    struct page first, page;

    va &= ~(HUGE_BYTES - 1);
    if (!pagetable_find(table, va, &first) || first.bytes == HUGE_BYTES ||
        first.gpa % HUGE_BYTES != 0)
        return false;
    for (uint64_t at = PAGE_BYTES; at < HUGE_BYTES; at += PAGE_BYTES)
        if (!pagetable_find(table, va + at, &page) || page.gpa != first.gpa + at ||
            page.access != first.access)
            return false;
    /*
     * The old table is left as it is, and lost: a processor that still remembers it finds the same
     * frames there (paging-structure caches, Intel SDM volume 3, section 4.10.3).
     */
    *walk_and_make(table, va, LEVEL_2M) = make_entry(first.gpa, first.access, true);
    return true;
}

int pagetable_split(struct pagetable *table, uint64_t va)
{
    int level;
    uint64_t *entry = walk(table, va, &level);
    uint64_t small;

    if (!entry || *entry == 0 || level != LEVEL_2M)
        return 0;
    if (memory_take_table(table->memory, &small) < 0)
        return -ENOMEM;
    struct page page = read_entry(*entry, va, level);
    uint64_t *entries = memory_at(table->memory, small, PAGE_BYTES);
    for (unsigned i = 0; i < ENTRIES; i++)
        entries[i] = make_entry(page.gpa + i * PAGE_BYTES, page.access, false);
    *entry = small | ENTRY_PRESENT | ENTRY_WRITABLE | ENTRY_USER;
    return 0;
}
