/* SPDX-License-Identifier: MIT */
#include "bench/harness/bundle_machine.h"

#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/i18n.h"

/*
 * An emulated machine may have no clock by which the kernel could find out how fast the processor
 * counts; then it is told a speed. Wrong times in a guest that reads none do no harm.
 */
#define KERNEL_WORDS "quiet panic=0 tsc_early_khz=1000000 lpj=1000000"

enum { MEMORY_MIB = 256, FILE_BYTES_MAX = 16 << 20 };

/* Zeros up to a multiple of four. */
static void pad(FILE *out, long length)
{
    for (; length % 4; length++)
        fputc(0, out);
}

/* One member of an archive as the kernel unpacks it: "newc" of cpio(5). */
static void put_member(FILE *out, const char *name, unsigned mode, const char *bytes, long length)
{
    long head =
        fprintf(out, "070701%08X%08X%08X%08X%08X%08X%08lX%08X%08X%08X%08X%08zX%08X", 1u, mode, 0u,
                0u, 1u, 0u, (unsigned long)length, 0u, 0u, 0u, 0u, strlen(name) + 1, 0u);
    fwrite(name, 1, strlen(name) + 1, out);
    pad(out, head + (long)strlen(name) + 1);
    fwrite(bytes, 1, (size_t)length, out);
    pad(out, length);
}

static int put_file(FILE *out, const char *name, const char *path, struct error *error)
{
    struct stat status;
    FILE *file = fopen(path, "re");

    if (!file || fstat(fileno(file), &status) < 0 || status.st_size > FILE_BYTES_MAX) {
        int result = error_set_errno(error, file ? EFBIG : errno, _("cannot read %s"), path);
        if (file)
            fclose(file);
        return result;
    }
    size_t length = (size_t)status.st_size;
    char *bytes = malloc(length + 1);
    bool whole = bytes && fread(bytes, 1, length, file) == length;
    fclose(file);
    if (whole)
        put_member(out, name, S_IFREG | 0755, bytes, (long)length);
    free(bytes);
    return whole ? 0 : error_set_errno(error, EIO, _("cannot read %s"), path);
}

static int write_initrd(const char *path, const char *init, const char *program,
                        struct error *error)
{
    FILE *out = fopen(path, "we");

    if (!out)
        return error_set_errno(error, errno, _("cannot write %s"), path);
    int result = put_file(out, "init", init, error);
    if (result == 0)
        result = put_file(out, "program", program, error);
    put_member(out, "TRAILER!!!", 0, "", 0);
    if (fclose(out) != 0 && result == 0)
        result = error_set_errno(error, errno, _("cannot write %s"), path);
    return result;
}

/* QEMU's configuration has strings in quotes, without escapes. */
static int write_qemu(const char *path, const char *kernel, const char *initrd, struct error *error)
{
    if (strpbrk(kernel, "\"\n") || strpbrk(initrd, "\"\n"))
        return error_set(error, EINVAL, _("QEMU takes no such path: %s"), initrd);
    FILE *out = fopen(path, "we");
    if (!out)
        return error_set_errno(error, errno, _("cannot write %s"), path);
    fprintf(out,
            "[machine]\n  kernel = \"%s\"\n  initrd = \"%s\"\n"
            "  append = \"" KERNEL_WORDS " reboot=t END=reset\"\n",
            kernel, initrd);
    return fclose(out) == 0 ? 0 : error_set_errno(error, errno, _("cannot write %s"), path);
}

static int write_firecracker(const char *path, const char *kernel, const char *initrd,
                             struct error *error)
{
    /* It ends when the guest resets by its keyboard controller. */
    json_t *config = json_pack("{s:{s:s, s:s, s:s}, s:[], s:{s:i, s:i}}", "boot-source",
                               "kernel_image_path", kernel, "initrd_path", initrd, "boot_args",
                               KERNEL_WORDS " reboot=k pci=off END=reset", "drives",
                               "machine-config", "vcpu_count", 1, "mem_size_mib", MEMORY_MIB);
    int result = 0;

    if (!config || json_dump_file(config, path, JSON_INDENT(2)) < 0)
        result = error_set_errno(error, errno, _("cannot write %s"), path);
    json_decref(config);
    return result;
}

int bundle_machine_write(const char *folder, const char *program, const struct paths *paths,
                         struct error *error)
{
    char kernel[PATHS_MAX], init[PATHS_MAX], initrd[PATHS_MAX], path[PATHS_MAX];

    int result = paths_join(kernel, paths->share, "guest/small/vmlinux", error);
    if (result == 0)
        result = paths_join(init, paths->libexec, "peers/init", error);
    if (result == 0)
        result = paths_join(initrd, folder, "initrd", error);
    if (result == 0 && access(kernel, R_OK) < 0)
        result = error_set_errno(error, errno, _("there is no kernel: make guest-linux-small"));
    if (result == 0)
        result = paths_join(path, folder, "kernel", error);
    if (result == 0 && symlink(kernel, path) < 0)
        result = error_set_errno(error, errno, _("cannot make %s"), path);
    if (result == 0)
        result = write_initrd(initrd, init, program, error);
    if (result == 0)
        result = paths_join(path, folder, "qemu.conf", error);
    if (result == 0)
        result = write_qemu(path, kernel, initrd, error);
    if (result == 0)
        result = paths_join(path, folder, "firecracker.json", error);
    return result < 0 ? result : write_firecracker(path, kernel, initrd, error);
}
