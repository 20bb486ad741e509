/* SPDX-License-Identifier: MIT */
#include "minicontainer/elf_file.h"

#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* count objects of this size and alignment at offset in the file; NULL: they are not all in it. */
static const void *inside(const struct elf_file *elf, uint64_t offset, uint64_t count, size_t size,
                          size_t alignment)
{
    if (offset > elf->size || count > (elf->size - offset) / size || offset % alignment)
        return NULL;
    return elf->bytes + offset;
}

/* The string at offset, with its NUL in the file; NULL: it has none. */
static const char *string_at(const struct elf_file *elf, uint64_t offset)
{
    if (offset >= elf->size || !memchr(elf->bytes + offset, '\0', elf->size - offset))
        return NULL;
    return (const char *)elf->bytes + offset;
}

/* Where in the file the memory at address comes from; UINT64_MAX: not from the file. */
static uint64_t offset_of(const struct elf_file *elf, uint64_t address)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const Elf64_Phdr *segment = &elf->segments[i];
        if (segment->p_type == PT_LOAD && address >= segment->p_vaddr &&
            address - segment->p_vaddr < segment->p_filesz && segment->p_offset <= UINT64_MAX / 2 &&
            segment->p_filesz <= UINT64_MAX / 2)
            return segment->p_offset + (address - segment->p_vaddr);
    }
    return UINT64_MAX;
}

static bool read_headers(struct elf_file *elf)
{
    const Elf64_Ehdr *header = inside(elf, 0, 1, sizeof *header, 1);

    if (!header || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_X86_64 || header->e_phentsize != sizeof(Elf64_Phdr))
        return false;
    elf->segments =
        inside(elf, header->e_phoff, header->e_phnum, sizeof *elf->segments, _Alignof(Elf64_Phdr));
    if (!elf->segments)
        return false;
    elf->segment_count = header->e_phnum;
    for (size_t i = 0; i < elf->segment_count; i++) {
        const Elf64_Phdr *segment = &elf->segments[i];
        if (segment->p_type != PT_DYNAMIC)
            continue;
        elf->dynamic_count = segment->p_filesz / sizeof *elf->dynamic;
        elf->dynamic = inside(elf, segment->p_offset, elf->dynamic_count, sizeof *elf->dynamic,
                              _Alignof(Elf64_Dyn));
    }
    return true;
}

bool elf_file_open(struct elf_file *elf, const char *path)
{
    struct stat status;
    /* Not to be held up by a FIFO that took the file's place. */
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

    *elf = (struct elf_file){0};
    if (file < 0)
        return false;
    if (fstat(file, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0) {
        void *bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, file, 0);
        if (bytes != MAP_FAILED) {
            elf->bytes = bytes;
            elf->size = (size_t)status.st_size;
        }
    }
    close(file);
    if (elf->bytes && read_headers(elf))
        return true;
    elf_file_close(elf);
    return false;
}

void elf_file_close(struct elf_file *elf)
{
    if (elf->bytes)
        munmap((void *)elf->bytes, elf->size);
    *elf = (struct elf_file){0};
}

const char *elf_file_interpreter(const struct elf_file *elf)
{
    for (size_t i = 0; i < elf->segment_count; i++)
        if (elf->segments[i].p_type == PT_INTERP)
            return string_at(elf, elf->segments[i].p_offset);
    return NULL;
}

const char *elf_file_next(const struct elf_file *elf, Elf64_Sxword tag, size_t *at)
{
    uint64_t strings = UINT64_MAX;

    if (!elf->dynamic)
        return NULL;
    for (size_t i = 0; i < elf->dynamic_count && elf->dynamic[i].d_tag != DT_NULL; i++)
        if (elf->dynamic[i].d_tag == DT_STRTAB)
            strings = offset_of(elf, elf->dynamic[i].d_un.d_ptr);
    if (strings == UINT64_MAX)
        return NULL;
    for (; *at < elf->dynamic_count && elf->dynamic[*at].d_tag != DT_NULL; ++*at)
        if (elf->dynamic[*at].d_tag == tag) {
            uint64_t offset = elf->dynamic[(*at)++].d_un.d_val;
            return offset < elf->size ? string_at(elf, strings + offset) : NULL;
        }
    return NULL;
}
