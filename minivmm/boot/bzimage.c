/* SPDX-License-Identifier: MIT */
/*
 * bzImage, the compressed Linux kernel for x86, by the 64-bit boot protocol (boot.rst, "64-bit Boot
 * Protocol"). In the file: a boot sector, setup_sects sectors of real-mode code which nobody runs
 * here, and the protected-mode code, which unpacks the kernel. The setup header lies across the
 * first two sectors.
 */
#include <errno.h>
#include <string.h>

#include "minivmm/boot/kernel_file.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/devices/layout.h"

enum {
    SECTOR = 512,
    ENTRY_64 = 0x200,            /* of the protected-mode code, where 64-bit loaders enter */
    PLACE_OF_HEADER_END = 0x202, /* what jump[1] is an offset from */
    SETUP_SECTS_WHEN_0 = 4,      /* boot.rst, setup_sects */
    HEADER_MIN = 0x268,          /* the end of a header of version 2.12 */
};

/* Copy the header out of the file, as far as it goes. */
static int read_header(const struct kernel_file *file, struct setup_header *header,
                       struct error *error)
{
    if (!kernel_file_read(file, BOOT_PARAMS_HEADER, header, sizeof *header))
        return REFUSE_KERNEL("'%s' is cut short: it ends within the setup header", file->name);
    if (header->version < SETUP_VERSION)
        return error_set(error, ENOTSUP,
                         "'%s' is a kernel before Linux 3.8: it has boot protocol %u.%02u, and the "
                         "64-bit entry needs 2.12",
                         file->name, header->version >> 8, header->version & 0xff);
    const size_t end = PLACE_OF_HEADER_END + header->jump[1];
    if (end < HEADER_MIN)
        return REFUSE_KERNEL("'%s' is damaged: its setup header ends at %#zx", file->name, end);
    if (end < BOOT_PARAMS_HEADER + sizeof *header) /* what lies behind it is no header */
        memset((uint8_t *)header + (end - BOOT_PARAMS_HEADER), 0,
               BOOT_PARAMS_HEADER + sizeof *header - end);
    if (!(header->xloadflags & SETUP_KERNEL_64))
        return error_set(error, ENOTSUP, "'%s' is a 32-bit kernel: only x86-64 is run", file->name);
    return 0;
}

/* The text that `file` shows: "6.1.0-1-amd64 (...) #1 SMP ..." up to the first space. */
static void read_version(const struct kernel_file *file, const struct setup_header *header,
                         char version[KERNEL_VERSION_MAX])
{
    size_t length = 0;

    if (header->kernel_version == 0 ||
        !kernel_file_read(file, SECTOR + (uint64_t)header->kernel_version, version,
                          KERNEL_VERSION_MAX - 1))
        version[0] = '\0';
    while (length < KERNEL_VERSION_MAX - 1 && version[length] > ' ' && version[length] <= '~')
        length++;
    version[length] = '\0';
}

int bzimage_load(const struct kernel_file *file, const struct ram *ram, struct kernel_image *image,
                 struct ram_files *files, struct error *error)
{
    struct setup_header *header = &image->setup;
    int result = read_header(file, header, error);

    if (result < 0)
        return result;
    const unsigned sectors = header->setup_sects ? header->setup_sects : SETUP_SECTS_WHEN_0;
    const uint64_t code = (sectors + UINT64_C(1)) * SECTOR;
    const uint64_t code_bytes = header->syssize * UINT64_C(16);
    if (code > file->size || code_bytes > file->size - code)
        return REFUSE_KERNEL("'%s' is cut short: it has %llu of %llu bytes", file->name,
                             (unsigned long long)file->size,
                             (unsigned long long)(code + code_bytes));
    if (code_bytes <= ENTRY_64)
        return REFUSE_KERNEL("'%s' is damaged: there is nothing behind its header", file->name);

    /* Wherever it is put, it unpacks itself to pref_address or above: so that is the best place. */
    const uint64_t start = header->pref_address, alignment = header->kernel_alignment;
    if (start < LAYOUT_RAM_1M || start >= LAYOUT_HOLE || alignment == 0 || start % alignment != 0)
        return REFUSE_KERNEL("'%s' is damaged: it wants to be at %#llx, a multiple of %#llx",
                             file->name, (unsigned long long)start, (unsigned long long)alignment);
    /* What follows the code, such as a signature, does no harm. */
    image->file_bytes = file->size - code;
    image->start = start;
    image->end =
        start + (header->init_size > image->file_bytes ? header->init_size : image->file_bytes);
    if (image->end > ram->low_bytes)
        return kernel_refuse_memory(ram, file->name, image->end, error);

    result = ram_file_load(ram, start, file->fd, code, image->file_bytes, file->name, files, error);
    if (result < 0)
        return result;
    image->format = "bzImage";
    image->linux_entry = start + ENTRY_64;
    image->initrd_end = header->xloadflags & SETUP_CAN_BE_LOADED_ABOVE_4G
                            ? LAYOUT_HOLE
                            : header->initrd_addr_max + UINT64_C(1);
    image->command_max = header->cmdline_size;
    read_version(file, header, image->version);
    return 0;
}
