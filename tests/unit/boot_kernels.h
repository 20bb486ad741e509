/* SPDX-License-Identifier: MIT */
/*
 * The smallest files that are kernels as far as a loader can tell, to be spoilt by tests; also the
 * seeds of the fuzz targets (tests/tools/make_kernels.c).
 */
#ifndef TESTS_BOOT_KERNELS_H
#define TESTS_BOOT_KERNELS_H

#include <elf.h>
#include <stdint.h>
#include <string.h>

#include "minivmm/boot/boot_params.h"

enum {
    KERNEL_START = 0x1000000,
    BZIMAGE_SECTS = 7, /* so that the code starts at a page of the file */
    BZIMAGE_CODE = (BZIMAGE_SECTS + 1) * 512,
    BZIMAGE_CODE_BYTES = 0x1410,
    BZIMAGE_VERSION = 0x300,
    ELF_CODE = 0x1000,
    ELF_CODE_BYTES = 0x1234,
    ELF_MEMORY = 0x8000,
    ELF_NOTES = 0x200,
    ELF_PVH_ENTRY = KERNEL_START + 0x20,
};

struct kernel_bytes {
    size_t size;
    union {
        uint8_t bytes[0x4000];
        struct {
            uint8_t before[BOOT_PARAMS_HEADER];
            struct setup_header setup;
        } __attribute__((packed)) bzimage;
        struct {
            Elf64_Ehdr file;
            Elf64_Phdr programs[3]; /* code; more code, then zeros; notes */
        } elf;
        struct {
            uint8_t before[ELF_NOTES];
            Elf64_Nhdr other;
            char other_name[4], other_content[8];
            Elf64_Nhdr pvh;
            char pvh_name[4];
            uint64_t pvh_entry;
        } __attribute__((packed)) notes;
    };
};

static inline void kernel_bytes_fill(struct kernel_bytes *kernel, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        kernel->bytes[i] = (uint8_t)(i * 7 + (i >> 8));
}

static inline void kernel_bytes_bzimage(struct kernel_bytes *kernel)
{
    *kernel = (struct kernel_bytes){.size = BZIMAGE_CODE + BZIMAGE_CODE_BYTES};
    kernel_bytes_fill(kernel, BZIMAGE_CODE, kernel->size);
    kernel->bzimage.setup = (struct setup_header){
        .setup_sects = BZIMAGE_SECTS,
        .syssize = BZIMAGE_CODE_BYTES / 16,
        .boot_flag = SETUP_BOOT_FLAG,
        .jump = {0xeb, 0x6a},
        .header = SETUP_HEADER,
        .version = 0x020f,
        .kernel_version = BZIMAGE_VERSION - 0x200,
        .loadflags = SETUP_LOADED_HIGH,
        .initrd_addr_max = 0x7fffffff,
        .kernel_alignment = 0x200000,
        .relocatable_kernel = 1,
        .xloadflags = SETUP_KERNEL_64,
        .cmdline_size = 2047,
        .pref_address = KERNEL_START,
        .init_size = 0x10000,
    };
    strcpy((char *)kernel->bytes + BZIMAGE_VERSION, "6.1.0-test (nobody@nowhere) #1");
}

static inline void kernel_bytes_elf(struct kernel_bytes *kernel)
{
    *kernel = (struct kernel_bytes){.size = ELF_CODE + ELF_CODE_BYTES};
    kernel_bytes_fill(kernel, ELF_CODE, kernel->size);
    kernel->elf.file = (Elf64_Ehdr){
        .e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
        .e_type = ET_EXEC,
        .e_machine = EM_X86_64,
        .e_version = EV_CURRENT,
        .e_entry = KERNEL_START + 0x10,
        .e_phoff = sizeof(Elf64_Ehdr),
        .e_ehsize = sizeof(Elf64_Ehdr),
        .e_phentsize = sizeof(Elf64_Phdr),
        .e_phnum = 3,
    };
    kernel->elf.programs[0] = (Elf64_Phdr){.p_type = PT_LOAD,
                                           .p_offset = ELF_CODE,
                                           .p_vaddr = 0xffffffff81000000,
                                           .p_paddr = KERNEL_START,
                                           .p_filesz = 0x1000,
                                           .p_memsz = 0x1000};
    kernel->elf.programs[1] = (Elf64_Phdr){.p_type = PT_LOAD,
                                           .p_offset = ELF_CODE + 0x1000,
                                           .p_paddr = KERNEL_START + 0x1000,
                                           .p_filesz = ELF_CODE_BYTES - 0x1000,
                                           .p_memsz = ELF_MEMORY - 0x1000};
    kernel->elf.programs[2] = (Elf64_Phdr){
        .p_type = PT_NOTE, .p_offset = ELF_NOTES, .p_filesz = 24 + 24, .p_memsz = 24 + 24};
    kernel->notes.other = (Elf64_Nhdr){.n_namesz = 4, .n_descsz = 5, .n_type = 18};
    memcpy(kernel->notes.other_name, "GNU", 4);
    kernel->notes.pvh = (Elf64_Nhdr){.n_namesz = 4, .n_descsz = 8, .n_type = 18};
    memcpy(kernel->notes.pvh_name, "Xen", 4);
    kernel->notes.pvh_entry = ELF_PVH_ENTRY;
}

#endif
