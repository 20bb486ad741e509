/* SPDX-License-Identifier: MIT */
/* What ld.so(8) would want to know of an ELF file, read without trusting it: elf(5). */
#ifndef MINICONTAINER_ELF_FILE_H
#define MINICONTAINER_ELF_FILE_H

#include <elf.h>
#include <stdbool.h>
#include <stddef.h>

struct elf_file {
    const unsigned char *bytes; /* the whole file, mapped */
    size_t size;
    const Elf64_Phdr *segments;
    size_t segment_count;
    const Elf64_Dyn *dynamic; /* NULL: static */
    size_t dynamic_count;
};

/* Map the file at path. Returns false if it is no 64-bit ELF file for this machine. */
bool elf_file_open(struct elf_file *elf, const char *path);

void elf_file_close(struct elf_file *elf);

/* The interpreter that the file asks for; NULL: none. */
const char *elf_file_interpreter(const struct elf_file *elf);

/*
 * The string of the next entry with this tag (DT_NEEDED, DT_RUNPATH, DT_RPATH) in the dynamic
 * section from *at on, which is moved behind it; NULL: no more.
 */
const char *elf_file_next(const struct elf_file *elf, Elf64_Sxword tag, size_t *at);

#endif
