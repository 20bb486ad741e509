/* SPDX-License-Identifier: MIT */
#include "minivmm/elf.h"

#include <elf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "common/exitcode.h"

/* Where Linux puts position-independent programs when it does not randomise. */
#define PIE_BASE UINT64_C(0x0000555555554000)

enum { HEADERS_MAX = 64, DYNAMIC_MAX = 256 };

#define REFUSE(...) error_set_exit(error, EXIT_CANNOT_EXECUTE, ENOEXEC, __VA_ARGS__)

/* Read all of a range of the file; false also where the file ends before it. */
static bool read_at(int fd, void *to, uint64_t bytes, uint64_t offset)
{
    if (offset > INT64_MAX - bytes)
        return false;
    ssize_t got = pread(fd, to, bytes, (off_t)offset);
    return got >= 0 && (uint64_t)got == bytes;
}

static int judge_header(const Elf64_Ehdr *header, const char *name, struct error *error)
{
    if (memcmp(header->e_ident, "#!", 2) == 0)
        return REFUSE("'%s' is a script: run its interpreter instead", name);
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return REFUSE("'%s' is not an ELF file", name);
    if (header->e_ident[EI_CLASS] == ELFCLASS32)
        return REFUSE("'%s' is a 32-bit program: only x86-64 is run", name);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_ident[EI_VERSION] != EV_CURRENT || header->e_version != EV_CURRENT)
        return REFUSE("'%s' is an ELF file of an unknown kind", name);
    if (header->e_machine != EM_X86_64)
        return REFUSE("'%s' is for another processor (ELF machine %u): only x86-64 is run", name,
                      header->e_machine);
    if (header->e_ident[EI_OSABI] != ELFOSABI_SYSV && header->e_ident[EI_OSABI] != ELFOSABI_LINUX)
        return REFUSE("'%s' is for another system (ELF OS ABI %u): only Linux programs are run",
                      name, header->e_ident[EI_OSABI]);
    if (header->e_type == ET_REL)
        return REFUSE("'%s' is an object file: link it first", name);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return REFUSE("'%s' is not an executable (ELF type %u)", name, header->e_type);
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 ||
        header->e_phnum > HEADERS_MAX)
        return REFUSE("'%s' has program headers that make no sense (%u of %u bytes)", name,
                      header->e_phnum, header->e_phentsize);
    return 0;
}

/* Does the dynamic section name a library? Then somebody else would have to load it. */
static bool needs_library(int fd, const Elf64_Phdr *dynamic)
{
    Elf64_Dyn entry;

    for (unsigned i = 0; i < DYNAMIC_MAX && (i + 1) * sizeof entry <= dynamic->p_filesz; i++) {
        if (!read_at(fd, &entry, sizeof entry, dynamic->p_offset + i * sizeof entry) ||
            entry.d_tag == DT_NULL)
            return false;
        if (entry.d_tag == DT_NEEDED)
            return true;
    }
    return false;
}

static int judge_segment(struct elf *elf, const Elf64_Phdr *header, uint64_t size, const char *name,
                         struct error *error)
{
    if (header->p_filesz > header->p_memsz)
        return REFUSE("'%s' has a segment that is larger in the file than in memory", name);
    if (header->p_memsz == 0)
        return 0;
    if (header->p_filesz > 0 &&
        (header->p_offset > size || header->p_filesz > size - header->p_offset))
        return REFUSE("'%s' is truncated: a segment ends beyond the file", name);
    if (header->p_filesz > 0 && (header->p_vaddr - header->p_offset) % PAGE_BYTES != 0)
        return REFUSE("'%s' has a segment that cannot be mapped: address and offset differ within "
                      "a page",
                      name);
    if (header->p_vaddr >= SPACE_END || header->p_memsz > SPACE_END - header->p_vaddr)
        return REFUSE("'%s' has a segment outside of the address space", name);

    struct elf_segment new = {
        .va = header->p_vaddr,
        .memory_bytes = header->p_memsz,
        .file_offset = header->p_offset,
        .file_bytes = header->p_filesz,
        .access = (header->p_flags & PF_R ? PAGE_READ : 0u) |
                  (header->p_flags & PF_W ? PAGE_WRITE : 0u) |
                  (header->p_flags & PF_X ? PAGE_EXECUTE : 0u),
    };
    for (unsigned i = 0; i < elf->segments_count; i++) {
        const struct elf_segment *other = &elf->segments[i];
        if ((new.va &PAGE_MASK) < PAGE_UP(other->va + other->memory_bytes) &&
            (other->va & PAGE_MASK) < PAGE_UP(new.va + new.memory_bytes))
            return REFUSE("'%s' has two segments in one page", name);
    }
    if (elf->segments_count == ELF_SEGMENTS_MAX)
        return REFUSE("'%s' has more than %d segments", name, ELF_SEGMENTS_MAX);
    elf->segments[elf->segments_count++] = new;
    return 0;
}

/* Choose the base, and see to it that the program lies in the address space and can be entered. */
static int place(struct elf *elf, const Elf64_Ehdr *header, const char *name, struct error *error)
{
    uint64_t lowest = UINT64_MAX;
    bool enterable = false;

    if (elf->segments_count == 0)
        return REFUSE("'%s' has nothing to load", name);
    for (unsigned i = 0; i < elf->segments_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if (segment->va < lowest)
            lowest = segment->va & PAGE_MASK;
        if (segment->va + segment->memory_bytes > elf->end)
            elf->end = segment->va + segment->memory_bytes;
        if ((segment->access & PAGE_EXECUTE) && header->e_entry >= segment->va &&
            header->e_entry - segment->va < segment->memory_bytes)
            enterable = true;
        if (header->e_phoff >= segment->file_offset &&
            header->e_phoff - segment->file_offset < segment->file_bytes)
            elf->headers = segment->va + (header->e_phoff - segment->file_offset);
    }
    if (!enterable)
        return REFUSE("'%s' has no entry point in executable memory%s", name,
                      header->e_type == ET_DYN ? ": is it a shared library?" : "");
    elf->base = header->e_type == ET_DYN ? PIE_BASE : 0;
    if (elf->base + lowest < SPACE_START || elf->end > SPACE_END - elf->base - SPACE_STACK_MAX)
        return REFUSE("'%s' has a segment outside of the address space", name);
    elf->entry = header->e_entry + elf->base;
    elf->end += elf->base;
    elf->headers += elf->headers ? elf->base : 0;
    elf->headers_count = header->e_phnum;
    return 0;
}

int elf_read(struct elf *elf, int fd, uint64_t size, const char *name, struct error *error)
{
    /* Headers stand at the start of every real file: one read has all of them. */
    struct {
        Elf64_Ehdr file;
        Elf64_Phdr programs[HEADERS_MAX];
    } start = {0};
    Elf64_Phdr *headers = start.programs;

    *elf = (struct elf){0};
    ssize_t got = pread(fd, &start, sizeof start, 0);
    if (got < 0)
        return error_set_exit(error, EXIT_CANNOT_EXECUTE, errno, "cannot read '%s': %s", name,
                              strerror(errno));
    if (got < (ssize_t)sizeof start.file && memcmp(start.file.e_ident, "#!", 2) != 0 &&
        memcmp(start.file.e_ident, ELFMAG, SELFMAG) == 0)
        return REFUSE("'%s' is truncated: it ends within its header", name);
    int result = judge_header(&start.file, name, error);
    if (result < 0)
        return result;
    uint64_t headers_bytes = start.file.e_phnum * sizeof *headers;
    if ((start.file.e_phoff != sizeof start.file ||
         sizeof start.file + headers_bytes > (uint64_t)got) &&
        !read_at(fd, headers, headers_bytes, start.file.e_phoff))
        return REFUSE("'%s' is truncated: its program headers are missing", name);

    for (unsigned i = 0; i < start.file.e_phnum && result == 0; i++) {
        const Elf64_Phdr *header = &headers[i];
        if (header->p_type == PT_INTERP ||
            (header->p_type == PT_DYNAMIC && needs_library(fd, header)))
            result = REFUSE("'%s' is dynamically linked: link it with -static", name);
        else if (header->p_type == PT_GNU_STACK)
            elf->stack_executable = (header->p_flags & PF_X) != 0;
        else if (header->p_type == PT_LOAD)
            result = judge_segment(elf, header, size, name, error);
    }
    return result < 0 ? result : place(elf, &start.file, name, error);
}

static int map_segment(const struct elf_segment *segment, uint64_t base, int fd,
                       struct space *space)
{
    uint64_t into = segment->va % PAGE_BYTES; /* the segment starts inside its first page */
    uint64_t va = base + segment->va - into;
    uint64_t bytes = PAGE_UP(into + segment->memory_bytes);
    uint64_t file_bytes = into + segment->file_bytes;
    uint64_t gpa;

    if (memory_take_frames(space->memory, bytes / PAGE_BYTES, va, &gpa) < 0)
        return -ENOMEM;
    if (segment->file_bytes > 0) {
        int result = memory_map_file(space->memory, gpa, PAGE_UP(file_bytes), fd,
                                     segment->file_offset - into);
        if (result < 0)
            return result;
    }
    /* The rest of the file's last page belongs to .bss, and must read as zeros. */
    if (segment->file_bytes > 0 && segment->memory_bytes > segment->file_bytes &&
        file_bytes % PAGE_BYTES != 0)
        memset(memory_at(space->memory, gpa + file_bytes, PAGE_BYTES - file_bytes % PAGE_BYTES), 0,
               PAGE_BYTES - file_bytes % PAGE_BYTES);
    return pagetable_map(&space->table, va, gpa, bytes, segment->access, false);
}

int elf_map(const struct elf *elf, int fd, struct space *space, const char *name,
            struct error *error)
{
    for (unsigned i = 0; i < elf->segments_count; i++) {
        int result = map_segment(&elf->segments[i], elf->base, fd, space);
        if (result == -ENOMEM)
            return error_set_exit(error, EXIT_CANNOT_EXECUTE, ENOMEM,
                                  "'%s' does not fit into %llu MiB: give it more with --mem", name,
                                  (unsigned long long)(space->memory->bytes >> 20));
        if (result < 0)
            return error_set_exit(error, EXIT_CANNOT_EXECUTE, -result, "cannot map '%s': %s", name,
                                  strerror(-result));
    }
    space->brk_start = space->brk = PAGE_UP(elf->end);
    return 0;
}
