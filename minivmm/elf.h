/* SPDX-License-Identifier: MIT */
/*
 * ELF files: what a program asks to have mapped where (System V ABI, gABI chapters 4 and 5; x86-64
 * psABI). The file is hostile: every number in it is judged before it is used.
 */
#ifndef MINIVMM_ELF_H
#define MINIVMM_ELF_H

#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/space.h"

enum { ELF_SEGMENTS_MAX = 32 };

struct elf_segment {
    uint64_t va; /* as in the file; the program lies elf.base higher */
    uint64_t memory_bytes;
    uint64_t file_offset, file_bytes;
    unsigned access; /* PAGE_ bits */
};

struct elf {
    struct elf_segment segments[ELF_SEGMENTS_MAX];
    unsigned segments_count;
    uint64_t base;    /* 0, or where a position-independent program was put */
    uint64_t entry;   /* base included, as in all that follows */
    uint64_t headers; /* where the program finds its own program headers (AT_PHDR); 0: nowhere */
    uint64_t end;     /* of the highest segment */
    uint16_t headers_count;
    bool stack_executable; /* PT_GNU_STACK asks for it */
};

/*
 * Read and judge the headers of the file of size bytes behind fd. Nothing is mapped yet.
 * Errors carry exit status 126; name stands in them.
 */
int elf_read(struct elf *elf, int fd, uint64_t size, const char *name, struct error *error);

/* Map the segments into the address space. The file's pages are mapped, not copied. */
int elf_map(const struct elf *elf, int fd, struct space *space, const char *name,
            struct error *error);

/*
 * Find the symbol nearest at or below an address, in the file's symbol table; false where there is
 * none. Slow, and meant for the report of a fault. name is cut to name_size.
 */
bool elf_find_symbol(const struct elf *elf, int fd, uint64_t address, char *name, size_t name_size,
                     uint64_t *offset);

#endif
