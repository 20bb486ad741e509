/* SPDX-License-Identifier: MIT */
#include <elf.h>
#include <string.h>
#include <unistd.h>

#include "minivmm/elf.h"

/* A file can claim anything: look at so much of it and no more. */
enum { SECTIONS_MAX = 256, SYMBOLS_MAX = 1 << 20, SYMBOLS_AT_ONCE = 128 };

static bool read_section(int fd, const Elf64_Ehdr *header, unsigned index, Elf64_Shdr *section)
{
    uint64_t offset;
    return index < header->e_shnum &&
           !__builtin_add_overflow(header->e_shoff, index * sizeof *section, &offset) &&
           offset <= INT64_MAX &&
           pread(fd, section, sizeof *section, (off_t)offset) == sizeof *section;
}

/* The symbol with the highest value at or below the address that is a function or untyped code. */
static bool find_in_table(int fd, const Elf64_Shdr *table, uint64_t address, Elf64_Sym *best)
{
    Elf64_Sym symbols[SYMBOLS_AT_ONCE];
    uint64_t left = table->sh_size / sizeof *symbols;
    uint64_t offset = table->sh_offset;
    bool found = false;

    if (left > SYMBOLS_MAX)
        left = SYMBOLS_MAX;
    while (left > 0 && offset <= INT64_MAX) {
        uint64_t wanted = left < SYMBOLS_AT_ONCE ? left : SYMBOLS_AT_ONCE;
        ssize_t got = pread(fd, symbols, wanted * sizeof *symbols, (off_t)offset);
        if (got < (ssize_t)sizeof *symbols)
            break;
        uint64_t count = (uint64_t)got / sizeof *symbols;
        for (uint64_t i = 0; i < count; i++) {
            unsigned type = ELF64_ST_TYPE(symbols[i].st_info);
            if ((type != STT_FUNC && type != STT_NOTYPE) || symbols[i].st_shndx == SHN_UNDEF ||
                symbols[i].st_value > address || (found && symbols[i].st_value < best->st_value))
                continue;
            *best = symbols[i];
            found = true;
        }
        left -= count;
        offset += count * sizeof *symbols;
    }
    return found;
}

/* Data has names too, but an instruction pointer in it has no meaning. */
static bool is_executable(const struct elf *elf, uint64_t address)
{
    for (unsigned i = 0; i < elf->segments_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if ((segment->access & PAGE_EXECUTE) &&
            address - elf->base - segment->va < segment->memory_bytes)
            return true;
    }
    return false;
}

bool elf_find_symbol(const struct elf *elf, int fd, uint64_t address, char *name, size_t name_size,
                     uint64_t *offset)
{
    Elf64_Ehdr header;
    Elf64_Shdr table, strings;
    Elf64_Sym symbol;

    if (!is_executable(elf, address) || pread(fd, &header, sizeof header, 0) != sizeof header ||
        header.e_shentsize != sizeof table)
        return false;
    address -= elf->base;
    for (unsigned i = 0; i < header.e_shnum && i < SECTIONS_MAX; i++) {
        if (!read_section(fd, &header, i, &table) || table.sh_type != SHT_SYMTAB)
            continue;
        uint64_t at;
        if (!find_in_table(fd, &table, address, &symbol) ||
            !read_section(fd, &header, table.sh_link, &strings) ||
            symbol.st_name >= strings.sh_size ||
            __builtin_add_overflow(strings.sh_offset, symbol.st_name, &at) || at > INT64_MAX)
            return false;
        ssize_t got = pread(fd, name, name_size - 1, (off_t)at);
        if (got <= 0)
            return false;
        name[got] = '\0';
        *offset = address - symbol.st_value;
        return *name != '\0';
    }
    return false;
}
