/* SPDX-License-Identifier: MIT */
/* Any bytes as a kernel: what is accepted can be entered, and nothing is where it must not be. */
#ifndef TESTS_FUZZ_KERNEL_H
#define TESTS_FUZZ_KERNEL_H

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "minivmm/boot/kernel.h"
#include "minivmm/devices/layout.h"

static inline void fuzz_require(int truth)
{
    if (!truth)
        abort();
}

static inline int fuzz_new_file(const void *bytes, size_t size)
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    fuzz_require(fd >= 0 && write(fd, bytes, size) == (ssize_t)size);
    return fd;
}

static inline void fuzz_kernel(const uint8_t *data, size_t size, enum minivmm_protocol protocol)
{
    char path[2][32];
    struct kernel_start start;
    struct error error = {0};
    struct ram ram;
    int kernel = fuzz_new_file(data, size), initrd = fuzz_new_file("070701", 6);

    snprintf(path[0], sizeof path[0], "/proc/self/fd/%d", kernel);
    snprintf(path[1], sizeof path[1], "/proc/self/fd/%d", initrd);
    const struct kernel_request request = {.kernel = path[0],
                                           .initrd = path[1],
                                           .initrd_extra_fd = initrd,
                                           .command_line = "quiet",
                                           .protocol = protocol,
                                           .rsdp = LAYOUT_ACPI};
    fuzz_require(ram_create(&ram, 64 * LAYOUT_MIB, &error) == 0);
    if (kernel_load(&ram, &request, &start, &error) < 0) {
        fuzz_require(*error.text != '\0');
    } else {
        fuzz_require(start.protocol != MINIVMM_PROTOCOL_AUTO);
        fuzz_require(start.entry >= LAYOUT_RAM_1M && ram_at(&ram, start.entry, 1) != NULL);
        fuzz_require(start.kernel_gpa >= LAYOUT_RAM_1M);
        fuzz_require(ram_at(&ram, start.kernel_gpa, 1) != NULL);
        fuzz_require(start.initrd_gpa > start.kernel_gpa && start.initrd_gpa > start.entry);
        fuzz_require(ram_at(&ram, start.initrd_gpa, start.initrd_bytes) != NULL);
        fuzz_require(start.files.mapped_bytes <= 64 * size);
        for (const char *c = start.version; *c; c++)
            fuzz_require(*c > ' ' && *c <= '~');
        /* Nothing of the file has come to lie where the loader itself writes. */
        const uint64_t *tables = ram_at(&ram, LAYOUT_GDT, KERNEL_GDT_BYTES);
        fuzz_require(tables[KERNEL_CS64 / 8] == UINT64_C(0x00af9b000000ffff));
    }
    ram_destroy(&ram);
    close(initrd);
    close(kernel);
}

#endif
