/* SPDX-License-Identifier: MIT */
#include "minivmm/space.h"

#include <errno.h>

int space_create(struct space *space, struct memory *memory, enum minivmm_pages pages)
{
    *space = (struct space){.memory = memory, .pages = pages};
    space->stack_bytes = memory->bytes / 8 & PAGE_MASK;
    if (space->stack_bytes > SPACE_STACK_MAX)
        space->stack_bytes = SPACE_STACK_MAX;
    space->mappings_top = SPACE_STACK_TOP - SPACE_STACK_MAX - SPACE_GUARD;
    space->hint = space->mappings_top;
    return pagetable_create(&space->table, memory);
}

bool space_is_valid(uint64_t va, uint64_t bytes)
{
    return va % PAGE_BYTES == 0 && bytes % PAGE_BYTES == 0 && bytes > 0 && va >= SPACE_START &&
           va < SPACE_END && bytes <= SPACE_END - va;
}

bool space_is_free(const struct space *space, uint64_t va, uint64_t bytes)
{
    struct page page;
    return !pagetable_next(&space->table, va, va + bytes, &page);
}

bool space_is_mapped(const struct space *space, uint64_t va, uint64_t bytes)
{
    struct page page;

    for (uint64_t end = va + bytes; va < end; va = page.va + page.bytes)
        if (!pagetable_find(&space->table, va, &page))
            return false;
    return true;
}

/* The highest free range below end, at a multiple of align; 0: there is none. */
static uint64_t find_below(const struct space *space, uint64_t end, uint64_t bytes, uint64_t align)
{
    while (end > SPACE_START && end - SPACE_START >= bytes) {
        uint64_t va = (end - bytes) & ~(align - 1);
        struct page page;
        if (va < SPACE_START || va < space->brk)
            return 0;
        if (!pagetable_next(&space->table, va, va + bytes, &page))
            return va;
        end = page.va; /* something is in the way: go below it */
    }
    return 0;
}

uint64_t space_find(struct space *space, uint64_t bytes)
{
    uint64_t align = bytes >= HUGE_BYTES ? HUGE_BYTES : PAGE_BYTES;
    return find_below(space, space->hint, bytes, align);
}

int space_map(struct space *space, uint64_t va, uint64_t bytes, unsigned access)
{
    bool huge = space->pages == MINIVMM_PAGES_2M;
    uint64_t done = 0, run = bytes;

    while (done < bytes) {
        uint64_t gpa;
        if (run > bytes - done)
            run = bytes - done;
        if (memory_take_frames(space->memory, run / PAGE_BYTES, va + done, &gpa) < 0) {
            /* No run that long: try shorter ones. Frames need not be neighbours. */
            run = run / 2 & PAGE_MASK;
            if (run > 0)
                continue;
            space_unmap(space, va, done);
            return -ENOMEM;
        }
        if (huge && run >= HUGE_BYTES)
            memory_advise_huge(space->memory, gpa, run, true);
        if (pagetable_map(&space->table, va + done, gpa, run, access, huge) < 0) {
            /* What was mapped of this run goes with space_unmap(), the rest right here. */
            space_unmap(space, va, done + run);
            return -ENOMEM;
        }
        done += run;
    }
    if (va <= space->hint && va + bytes >= space->hint)
        space->hint = va;
    return 0;
}

/* Call act() for each run of neighbouring frames behind a range. */
static void for_each_run(struct space *space, uint64_t va, uint64_t bytes,
                         void (*act)(struct memory *, uint64_t gpa, uint64_t bytes))
{
    uint64_t end = va + bytes, gpa = 0, length = 0;
    struct page page;

    for (; pagetable_next(&space->table, va, end, &page); va = page.va + page.bytes) {
        uint64_t skip = va > page.va ? va - page.va : 0; /* the range may begin inside */
        uint64_t start = page.gpa + skip, part = page.bytes - skip;
        if (page.va + page.bytes > end)
            part -= page.va + page.bytes - end;
        if (start != gpa + length && length > 0) {
            act(space->memory, gpa, length);
            length = 0;
        }
        if (length == 0)
            gpa = start;
        length += part;
    }
    if (length > 0)
        act(space->memory, gpa, length);
}

static void give_back(struct memory *memory, uint64_t gpa, uint64_t bytes)
{
    memory_give_frames(memory, gpa, bytes / PAGE_BYTES);
}

int space_unmap(struct space *space, uint64_t va, uint64_t bytes)
{
    struct page page;

    if (bytes == 0)
        return 0;
    /* Splitting a 2 MiB page is all that can fail: let it fail before anything is given back. */
    if ((pagetable_find(&space->table, va, &page) && page.va != va &&
         pagetable_split(&space->table, va) < 0) ||
        (pagetable_find(&space->table, va + bytes, &page) && page.va != va + bytes &&
         pagetable_split(&space->table, va + bytes) < 0))
        return -ENOMEM;
    /* To the host first: with its pages gone, nothing can reach the frames by an old translation.
     */
    for_each_run(space, va, bytes, give_back);
    pagetable_unmap(&space->table, va, bytes);
    if (va + bytes > space->hint && va < space->mappings_top)
        space->hint = va + bytes < space->mappings_top ? va + bytes : space->mappings_top;
    return 0;
}

int space_protect(struct space *space, uint64_t va, uint64_t bytes, unsigned access)
{
    if (!space_is_mapped(space, va, bytes))
        return -ENOMEM;
    int result = pagetable_protect(&space->table, va, bytes, access);
    for_each_run(space, va, bytes, memory_forget_translations);
    return result;
}

int space_discard(struct space *space, uint64_t va, uint64_t bytes)
{
    bool whole = space_is_mapped(space, va, bytes);

    for_each_run(space, va, bytes, memory_discard);
    return whole ? 0 : -ENOMEM;
}

int space_move(struct space *space, uint64_t from, uint64_t to, uint64_t bytes)
{
    struct page page;

    for (uint64_t at = 0; at < bytes; at += PAGE_BYTES) {
        if (!pagetable_find(&space->table, from + at, &page))
            return -EFAULT;
        uint64_t gpa = page.gpa + (from + at - page.va);
        if (pagetable_map(&space->table, to + at, gpa, PAGE_BYTES, page.access, false) < 0) {
            pagetable_unmap(&space->table, to, at);
            return -ENOMEM;
        }
    }
    for_each_run(space, from, bytes, memory_forget_translations);
    int result = pagetable_unmap(&space->table, from, bytes);
    if (result < 0)
        pagetable_unmap(&space->table, to, bytes);
    if (to <= space->hint && to + bytes >= space->hint)
        space->hint = to;
    if (from + bytes > space->hint && from < space->mappings_top)
        space->hint = from + bytes;
    return result;
}

void space_advise_huge(struct space *space, uint64_t va, uint64_t bytes, bool huge)
{
    uint64_t end = va + bytes;

    if (space->pages != MINIVMM_PAGES_AUTO)
        return;
    for (va = (va + HUGE_BYTES - 1) & ~(HUGE_BYTES - 1); va < end && end - va >= HUGE_BYTES;
         va += HUGE_BYTES) {
        struct page page;
        if (huge ? !pagetable_join(&space->table, va)
                 : !pagetable_find(&space->table, va, &page) || page.bytes != HUGE_BYTES ||
                       pagetable_split(&space->table, va) < 0)
            continue;
        pagetable_find(&space->table, va, &page);
        memory_advise_huge(space->memory, page.gpa, HUGE_BYTES, huge);
        memory_forget_translations(space->memory, page.gpa, HUGE_BYTES);
    }
}

uint64_t space_brk(struct space *space, uint64_t wanted)
{
    uint64_t old_end = PAGE_UP(space->brk);

    if (wanted < space->brk_start || wanted >= space->mappings_top)
        return space->brk;
    uint64_t new_end = PAGE_UP(wanted);
    if (new_end > old_end) {
        /* As Linux does, keep a page free between the heap and what follows. */
        if (!space_is_free(space, old_end, new_end - old_end + PAGE_BYTES) ||
            space_map(space, old_end, new_end - old_end, PAGE_READ | PAGE_WRITE) < 0)
            return space->brk;
    } else if (new_end < old_end && space_unmap(space, new_end, old_end - new_end) < 0) {
        return space->brk;
    }
    space->brk = wanted;
    return wanted;
}
