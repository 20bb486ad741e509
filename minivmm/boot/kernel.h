/* SPDX-License-Identifier: MIT */
/*
 * From a kernel's file to guest memory that a vCPU can be let into: the kernel, its initial RAM
 * file system, its command line, and the table by which it finds them. Two kinds of file, two ways
 * in:
 *
 *                 Linux 64-bit protocol                 PVH
 *   bzImage       yes (Documentation/x86/boot.rst)      no
 *   ELF vmlinux   yes: e_entry                          yes, with the note XEN_ELFNOTE_PHYS32_ENTRY
 *
 * The files are hostile: every number in them is judged from one copy, and never read again.
 */
#ifndef MINIVMM_KERNEL_H
#define MINIVMM_KERNEL_H

#include <stdint.h>

#include "common/error.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/devices/ram.h"
#include "minivmm/minivmm.h"

struct kernel_request {
    const char *kernel;
    const char *initrd;       /* NULL: none */
    int initrd_extra_fd;      /* a cpio archive that follows the initrd's; -1: none */
    const char *command_line; /* NULL: empty */
    enum minivmm_protocol protocol;
    uint64_t rsdp; /* guest-physical, of the ACPI tables; 0: none */
};

enum { KERNEL_VERSION_MAX = 64 };

/*
 * How to enter what was loaded. Interrupts are off, and the registers that are not named are 0.
 *
 * MINIVMM_PROTOCOL_LINUX: long mode with paging on (CR3 = page_tables), CS = KERNEL_CS64, DS, ES
 * and SS = KERNEL_DS, RIP = entry, RSI = parameter (the zero page). MINIVMM_PROTOCOL_PVH: protected
 * mode without paging (CR0.PE alone), CS = KERNEL_CS32, DS, ES and SS = KERNEL_DS, all flat; TR a
 * 32-bit TSS at 0 with limit 0x67; RIP = entry, RBX = parameter (struct hvm_start_info).
 */
struct kernel_start {
    enum minivmm_protocol protocol; /* never AUTO */
    uint64_t entry, parameter;
    uint64_t gdt; /* guest-physical, KERNEL_GDT_BYTES long; both protocols */
    uint64_t page_tables;

    /* For --explain and statistics. */
    const char *format;               /* "bzImage" or "ELF" */
    char version[KERNEL_VERSION_MAX]; /* as a bzImage tells it, printable; "" where it does not */
    uint64_t kernel_gpa, kernel_bytes;
    uint64_t initrd_gpa, initrd_bytes; /* both archives and what lies between them */
    struct ram_files files;            /* what of all this was mapped, and not copied */
};

/* Selectors of the table at LAYOUT_GDT; 0x10 and 0x18 are what the Linux protocol asks for. */
enum {
    KERNEL_CS32 = 0x08,
    KERNEL_CS64 = 0x10,
    KERNEL_DS = 0x18,
    KERNEL_TSS = 0x20,
    KERNEL_GDT_BYTES = 0x28
};

/*
 * Load all that the request names into RAM, and say how to enter it. RAM must be fresh (all 0).
 * Errors name the file and what is wrong with it: -ENOENT and other errors of open(2), -ENOEXEC for
 * what is no kernel or a damaged one, -ENOTSUP for a kernel that cannot be entered as asked for,
 * -ENOMEM where RAM is too small for kernel and initrd, -E2BIG for too long a command line.
 */
int kernel_load(const struct ram *ram, const struct kernel_request *request,
                struct kernel_start *start, struct error *error);

#endif
