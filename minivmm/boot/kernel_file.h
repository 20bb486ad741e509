/* SPDX-License-Identifier: MIT */
/* Between the loader (kernel.c) and the two formats that it knows. */
#ifndef MINIVMM_KERNEL_FILE_H
#define MINIVMM_KERNEL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"
#include "minivmm/boot/boot_params.h"
#include "minivmm/boot/kernel.h"

struct kernel_file {
    int fd; /* -1: not open */
    const char *name;
    uint64_t size;
};

/* Read bytes at offset of the file; false where the file does not have all of them. */
bool kernel_file_read(const struct kernel_file *file, uint64_t offset, void *to, size_t bytes);

/* What is to be known of a kernel that has been put into RAM. */
struct kernel_image {
    const char *format;
    char version[KERNEL_VERSION_MAX];
    uint64_t linux_entry;
    uint64_t pvh_entry; /* 0: none */
    uint64_t start;
    uint64_t file_bytes;  /* that were loaded */
    uint64_t end;         /* of the memory that it needs to start */
    uint64_t initrd_end;  /* the initrd must end below */
    uint64_t command_max; /* characters of the command line */
    struct setup_header setup;
};

/* Judge the file and put its content into RAM. Errors are those of kernel_load(). */
int bzimage_load(const struct kernel_file *file, const struct ram *ram, struct kernel_image *image,
                 struct ram_files *files, struct error *error);
int kernel_elf_load(const struct kernel_file *file, const struct ram *ram,
                    struct kernel_image *image, struct ram_files *files, struct error *error);

#define REFUSE_KERNEL(...) error_set(error, ENOEXEC, __VA_ARGS__)

/* "-ENOMEM: the guest needs this many bytes of memory below the hole." */
int kernel_refuse_memory(const struct ram *ram, const char *name, uint64_t needed,
                         struct error *error);

#endif
