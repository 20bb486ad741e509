/* SPDX-License-Identifier: MIT */
/* brk, mmap and their kin. The program has one address space and shares it with nobody. */
#include <sys/mman.h>
#include <unistd.h>

#include "minivmm/syscalls.h"

#define ACCESS_ALL ((uint64_t)(PROT_READ | PROT_WRITE | PROT_EXEC))

int64_t sys_brk(struct minivmm *machine, const uint64_t args[6])
{
    return (int64_t)space_brk(&machine->space, args[0]);
}

/* Round a length up to pages; false: it is 0 or has no end. */
static bool round_up(uint64_t *bytes)
{
    if (*bytes == 0 || *bytes > SPACE_END)
        return false;
    *bytes = PAGE_UP(*bytes);
    return true;
}

/* A file is mapped by reading it: mappings are private, and the file is not expected to change. */
static void fill_from_file(struct minivmm *machine, const struct open_file *file, uint64_t va,
                           uint64_t bytes, uint64_t offset)
{
    while (bytes > 0 && offset <= INT64_MAX - bytes) {
        struct page page;
        if (!pagetable_find(&machine->space.table, va, &page))
            return;
        uint64_t piece = page.va + page.bytes - va;
        piece = piece < bytes ? piece : bytes;
        void *host = memory_at(&machine->memory, page.gpa + (va - page.va), piece);
        ssize_t got = host ? pread(file->host, host, piece, (off_t)offset) : 0;
        if (got <= 0)
            return;
        va += (uint64_t)got;
        offset += (uint64_t)got;
        bytes -= (uint64_t)got;
    }
}

/* Where a mapping goes: 0, or a negative errno. */
static int place_mapping(struct space *space, uint64_t flags, uint64_t bytes, uint64_t *va)
{
    if (flags & (MAP_FIXED | MAP_FIXED_NOREPLACE)) {
        if (*va % PAGE_BYTES != 0)
            return -EINVAL;
        if (!space_is_valid(*va, bytes))
            return *va < SPACE_START ? -EPERM : -ENOMEM; /* as the host's mmap_min_addr has it */
        if (space_is_free(space, *va, bytes))
            return 0;
        return flags & MAP_FIXED_NOREPLACE ? -EEXIST : space_unmap(space, *va, bytes);
    }
    *va &= PAGE_MASK; /* a hint */
    if (*va == 0 || !space_is_valid(*va, bytes) || !space_is_free(space, *va, bytes))
        *va = space_find(space, bytes);
    return *va ? 0 : -ENOMEM;
}

int64_t sys_mmap(struct minivmm *machine, const uint64_t args[6])
{
    uint64_t va = args[0], bytes = args[1], access = args[2], flags = args[3], offset = args[5];
    const struct open_file *file = NULL;

    if (!round_up(&bytes))
        return bytes == 0 ? -EINVAL : -ENOMEM;
    if ((access & ~ACCESS_ALL) || offset % PAGE_BYTES != 0 || !(flags & (MAP_PRIVATE | MAP_SHARED)))
        return -EINVAL;
    if (flags & MAP_HUGETLB) /* there is no pool of huge pages, as on most hosts */
        return -ENOMEM;
    if (!(flags & MAP_ANONYMOUS)) {
        file = files_get(&machine->files, args[4]);
        if (!file)
            return -EBADF;
        if (file->kind != FILE_NAMED)
            return -ENODEV;
        if ((flags & MAP_TYPE) != MAP_PRIVATE && (access & PROT_WRITE))
            return -EACCES; /* the file was opened for reading */
    }
    int result = place_mapping(&machine->space, flags, bytes, &va);
    if (result == 0)
        result = space_map(&machine->space, va, bytes, (unsigned)access);
    if (result < 0)
        return result;
    if (file)
        fill_from_file(machine, file, va, bytes, offset);
    return (int64_t)va;
}

int64_t sys_munmap(struct minivmm *machine, const uint64_t args[6])
{
    uint64_t bytes = args[1];

    if (!round_up(&bytes) || !space_is_valid(args[0], bytes))
        return -EINVAL;
    return space_unmap(&machine->space, args[0], bytes);
}

int64_t sys_mprotect(struct minivmm *machine, const uint64_t args[6])
{
    uint64_t bytes = args[1];

    if (args[0] % PAGE_BYTES != 0 || (args[2] & ~ACCESS_ALL))
        return -EINVAL;
    if (bytes == 0)
        return 0;
    if (!round_up(&bytes) || !space_is_valid(args[0], bytes))
        return -ENOMEM;
    return space_protect(&machine->space, args[0], bytes, (unsigned)args[2]);
}

/* Moving changes page tables, never bytes: the frames stay where they are. */
int64_t sys_mremap(struct minivmm *machine, const uint64_t args[6])
{
    struct space *space = &machine->space;
    uint64_t va = args[0], old_bytes = args[1], new_bytes = args[2], flags = args[3];
    struct page page;

    if (va % PAGE_BYTES != 0 || (flags & ~(uint64_t)MREMAP_MAYMOVE) || !round_up(&old_bytes) ||
        !round_up(&new_bytes))
        return -EINVAL;
    if (!space_is_valid(va, old_bytes) || !space_is_mapped(space, va, old_bytes) ||
        !pagetable_find(&space->table, va, &page))
        return -EFAULT;
    if (new_bytes <= old_bytes) {
        if (new_bytes < old_bytes)
            space_unmap(space, va + new_bytes, old_bytes - new_bytes);
        return (int64_t)va;
    }
    uint64_t more = new_bytes - old_bytes;
    if (space_is_valid(va + old_bytes, more) && space_is_free(space, va + old_bytes, more)) {
        int result = space_map(space, va + old_bytes, more, page.access);
        return result < 0 ? result : (int64_t)va;
    }
    if (!(flags & MREMAP_MAYMOVE))
        return -ENOMEM;
    uint64_t to = space_find(space, new_bytes);
    if (to == 0)
        return -ENOMEM;
    int result = space_map(space, to + old_bytes, more, page.access);
    if (result == 0) {
        result = space_move(space, va, to, old_bytes);
        if (result < 0)
            space_unmap(space, to + old_bytes, more);
    }
    return result < 0 ? result : (int64_t)to;
}

int64_t sys_madvise(struct minivmm *machine, const uint64_t args[6])
{
    struct space *space = &machine->space;
    uint64_t va = args[0], bytes = args[1];

    if (va % PAGE_BYTES != 0)
        return -EINVAL;
    if (bytes == 0)
        return 0;
    if (!round_up(&bytes) || !space_is_valid(va, bytes))
        return -ENOMEM;
    switch (args[2]) {
    case MADV_NORMAL:
    case MADV_RANDOM:
    case MADV_SEQUENTIAL:
    case MADV_WILLNEED:
    case MADV_FREE:
        return 0; /* advice that may be ignored */
    case MADV_DONTNEED:
        return space_discard(space, va, bytes);
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
        space_advise_huge(space, va, bytes, args[2] == MADV_HUGEPAGE);
        return 0;
    default:
        return -EINVAL;
    }
}
