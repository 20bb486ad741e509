/* SPDX-License-Identifier: MIT */
/* Kernel, initrd and command line into RAM, and the table by which the kernel finds them. */
#include "minivmm/boot/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "minivmm/boot/boot_tables.h"
#include "minivmm/boot/firmware.h"
#include "minivmm/boot/kernel_file.h"
#include "minivmm/boot/pvh.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/devices/layout.h"

#define PAGE         UINT64_C(4096)
#define PAGE_UP(at)  (((at) + PAGE - 1) & ~(PAGE - 1))
#define MIB_UP(size) (unsigned long long)(((size) + LAYOUT_MIB - 1) / LAYOUT_MIB)

bool kernel_file_read(const struct kernel_file *file, uint64_t offset, void *to, size_t bytes)
{
    uint8_t *next = to;

    if (offset > file->size || bytes > file->size - offset)
        return false;
    while (bytes > 0) {
        ssize_t got = pread(file->fd, next, bytes, (off_t)offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return false;
        next += got;
        offset += (uint64_t)got;
        bytes -= (size_t)got;
    }
    return true;
}

int kernel_refuse_memory(const struct ram *ram, const char *name, uint64_t needed,
                         struct error *error)
{
    return error_set(error, ENOMEM,
                     "'%s' needs a guest with %llu MiB of memory%s, and this one has %llu (--mem)",
                     name, MIB_UP(needed), ram->high_bytes > 0 ? " below 3 GiB" : "",
                     (unsigned long long)(ram->low_bytes / LAYOUT_MIB));
}

/* Take the size of an open file, which must be a regular one: others have none. */
static int judge_file(struct kernel_file *file, struct error *error)
{
    struct stat status;

    if (fstat(file->fd, &status) < 0)
        return error_set_errno(error, errno, "cannot examine '%s'", file->name);
    if (!S_ISREG(status.st_mode))
        return error_set(error, S_ISDIR(status.st_mode) ? EISDIR : EINVAL,
                         "'%s' is %s: a file is needed", file->name,
                         S_ISDIR(status.st_mode) ? "a directory" : "no regular file");
    file->size = (uint64_t)status.st_size;
    return 0;
}

static int open_file(struct kernel_file *file, const char *what, struct error *error)
{
    /* NONBLOCK: opening a FIFO would wait for its other end. */
    file->fd = open(file->name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file->fd < 0)
        return error_set_errno(error, errno, "cannot open the %s '%s'", what, file->name);
    return judge_file(file, error);
}

static void close_file(struct kernel_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
}

static int load_image(const struct kernel_file *file, const struct ram *ram,
                      struct kernel_image *image, struct ram_files *files, struct error *error)
{
    uint8_t magic[4] = {0};
    uint16_t boot_flag = 0;
    uint32_t header = 0;

    kernel_file_read(file, 0, magic, sizeof magic);
    if (memcmp(magic, "\177ELF", sizeof magic) == 0)
        return kernel_elf_load(file, ram, image, files, error);
    kernel_file_read(file, offsetof(struct boot_params, hdr.boot_flag), &boot_flag,
                     sizeof boot_flag);
    kernel_file_read(file, offsetof(struct boot_params, hdr.header), &header, sizeof header);
    if (boot_flag == SETUP_BOOT_FLAG && header == SETUP_HEADER)
        return bzimage_load(file, ram, image, files, error);
    return REFUSE_KERNEL("'%s' is no kernel: it is neither a bzImage nor an ELF file (vmlinux)",
                         file->name);
}

/*
 * The initrd goes as high as it may, so that the kernel has all the room to grow that there is.
 * What is to follow it does so on a page of its own, where it can be mapped: Linux skips the zeros
 * in between (init/initramfs.c), and wants no more than a multiple of 4.
 */
static int load_initrd(const struct ram *ram, const struct kernel_image *image,
                       const struct kernel_file *initrd, const struct kernel_file *extra,
                       struct kernel_start *start, struct error *error)
{
    const uint64_t behind = extra->size > 0 ? PAGE_UP(initrd->size) : initrd->size;
    const char *larger = initrd->size >= extra->size ? initrd->name : extra->name;
    uint64_t end = image->initrd_end < ram->low_bytes ? image->initrd_end : ram->low_bytes;
    int result = 0;

    if (initrd->size > LAYOUT_HOLE || extra->size > LAYOUT_HOLE)
        return error_set(error, EFBIG, "'%s' is larger than any guest's memory below 3 GiB",
                         larger);
    start->initrd_bytes = behind + extra->size;
    if (start->initrd_bytes == 0)
        return 0;
    end &= ~(PAGE - 1);
    const uint64_t needed = PAGE_UP(image->end) + PAGE_UP(start->initrd_bytes);
    if (needed > end && needed <= ram->low_bytes)
        return error_set(error, ENOMEM, "'%s' is too large: the kernel wants it below %#llx",
                         larger, (unsigned long long)image->initrd_end);
    if (needed > end)
        return kernel_refuse_memory(ram, larger, needed, error);
    start->initrd_gpa = end - PAGE_UP(start->initrd_bytes);
    if (initrd->size > 0)
        result = ram_file_load(ram, start->initrd_gpa, initrd->fd, 0, initrd->size, initrd->name,
                               &start->files, error);
    if (result == 0 && extra->size > 0)
        result = ram_file_load(ram, start->initrd_gpa + behind, extra->fd, 0, extra->size,
                               extra->name, &start->files, error);
    return result;
}

static int write_command_line(const struct ram *ram, const struct kernel_image *image,
                              const char *line, struct error *error)
{
    const size_t length = strlen(line);
    const uint64_t max =
        image->command_max < LAYOUT_COMMAND_MAX ? image->command_max : LAYOUT_COMMAND_MAX - 1;

    if (length > max)
        return error_set(error, E2BIG,
                         "the kernel's command line has %zu characters: it takes %llu", length,
                         (unsigned long long)max);
    return ram_write(ram, LAYOUT_COMMAND, line, length + 1);
}

/* Choose the protocol, and write what it hands over. */
static int prepare_entry(const struct ram *ram, const struct kernel_request *request,
                         const struct kernel_image *image, struct kernel_start *start,
                         struct error *error)
{
    const bool pvh = request->protocol == MINIVMM_PROTOCOL_PVH ||
                     (request->protocol == MINIVMM_PROTOCOL_AUTO && image->pvh_entry != 0);

    if (pvh && image->pvh_entry == 0)
        return error_set(error, ENOTSUP,
                         "'%s' (%s) cannot be entered by PVH: it has no ELF note "
                         "XEN_ELFNOTE_PHYS32_ENTRY",
                         request->kernel, image->format);
    firmware_write(ram);
    boot_tables_write_gdt(ram);
    start->gdt = LAYOUT_GDT;
    if (pvh) {
        pvh_write(ram, start->initrd_gpa, start->initrd_bytes, request->rsdp);
        start->protocol = MINIVMM_PROTOCOL_PVH;
        start->entry = image->pvh_entry;
        start->parameter = LAYOUT_PVH_START;
        return 0;
    }
    boot_params_write(ram, &image->setup,
                      &(struct boot_params_additions){image->start, start->initrd_gpa,
                                                      start->initrd_bytes, request->rsdp});
    boot_tables_write_pages(ram);
    start->protocol = MINIVMM_PROTOCOL_LINUX;
    start->entry = image->linux_entry;
    start->parameter = LAYOUT_ZERO_PAGE;
    start->page_tables = LAYOUT_PAGE_TABLES;
    return 0;
}

static int load(const struct ram *ram, const struct kernel_request *request,
                struct kernel_file *kernel, struct kernel_file *initrd, struct kernel_file *extra,
                struct kernel_start *start, struct error *error)
{
    struct kernel_image image = {0};
    int result = open_file(kernel, "kernel", error);

    if (result == 0 && initrd->name)
        result = open_file(initrd, "initrd", error);
    if (result == 0 && extra->fd >= 0)
        result = judge_file(extra, error);
    if (result == 0)
        result = load_image(kernel, ram, &image, &start->files, error);
    if (result == 0)
        result = load_initrd(ram, &image, initrd, extra, start, error);
    if (result == 0)
        result = write_command_line(ram, &image, request->command_line ? request->command_line : "",
                                    error);
    if (result == 0)
        result = prepare_entry(ram, request, &image, start, error);
    if (result < 0)
        return result;
    start->format = image.format;
    memcpy(start->version, image.version, sizeof start->version);
    start->kernel_gpa = image.start;
    start->kernel_bytes = image.file_bytes;
    return 0;
}

int kernel_load(const struct ram *ram, const struct kernel_request *request,
                struct kernel_start *start, struct error *error)
{
    struct kernel_file kernel = {.fd = -1, .name = request->kernel};
    struct kernel_file initrd = {.fd = -1, .name = request->initrd};
    struct kernel_file extra = {.fd = request->initrd_extra_fd, .name = "the program's archive"};

    *start = (struct kernel_start){0};
    int result = load(ram, request, &kernel, &initrd, &extra, start, error);
    close_file(&initrd);
    close_file(&kernel);
    return result;
}
