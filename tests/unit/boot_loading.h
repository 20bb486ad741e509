/* SPDX-License-Identifier: MIT */
/* A kernel loaded into fresh RAM, for tests; include cmocka.h before. */
#ifndef TESTS_BOOT_LOADING_H
#define TESTS_BOOT_LOADING_H

#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "minivmm/boot/kernel.h"
#include "tests/unit/boot_kernels.h"
#include "tests/unit/boot_ram.h"

#define PAGE   UINT64_C(4096)
#define MEMORY (64 * LAYOUT_MIB)

/* A file that has a path and goes with its descriptor. */
struct file {
    int fd;
    char path[32];
};

static inline struct file new_file(const void *bytes, size_t size)
{
    struct file file = {.fd = memfd_create("test", MFD_CLOEXEC)};

    assert_true(file.fd >= 0);
    assert_int_equal(write(file.fd, bytes, size), size);
    snprintf(file.path, sizeof file.path, "/proc/self/fd/%d", file.fd);
    return file;
}

/* Load a kernel into fresh RAM, and look at what came out; finish() at the end. */
struct loading {
    struct ram ram;
    struct kernel_request request;
    struct kernel_start start;
    struct error error;
    struct file file;
    int result;
};

static inline void load(struct loading *loading, const struct kernel_bytes *kernel)
{
    loading->error = (struct error){0};
    loading->file = new_file(kernel->bytes, kernel->size);
    loading->ram = boot_ram_new(MEMORY);
    loading->request.kernel = loading->file.path;
    if (loading->request.initrd_extra_fd == 0)
        loading->request.initrd_extra_fd = -1;
    loading->result =
        kernel_load(&loading->ram, &loading->request, &loading->start, &loading->error);
}

static inline void finish(struct loading *loading)
{
    ram_destroy(&loading->ram);
    close(loading->file.fd);
}

static inline const void *at(const struct loading *loading, uint64_t gpa, uint64_t bytes)
{
    const void *host = ram_at(&loading->ram, gpa, bytes);

    assert_non_null(host);
    return host;
}

#endif
