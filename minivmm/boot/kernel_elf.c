/* SPDX-License-Identifier: MIT */
/*
 * A kernel as an ELF file (gABI, chapters 4 and 5), which the linker of the kernel has made:
 * vmlinux. Its segments are put where their physical addresses say. An ELF note may tell where PVH
 * enters it; the entry in the ELF header is that of Linux's 64-bit protocol.
 */
#include <elf.h>
#include <errno.h>
#include <string.h>

#include "minivmm/boot/kernel_file.h"
#include "minivmm/boot/pvh.h"
#include "minivmm/boot/ram_file.h"
#include "minivmm/devices/layout.h"

enum {
    PROGRAM_HEADERS_MAX = 64,
    NOTES_MAX = 256,
    COMMAND_MAX = 2047, /* Linux's COMMAND_LINE_SIZE, which nothing in the file tells */
};

struct headers {
    Elf64_Ehdr file;
    Elf64_Phdr programs[PROGRAM_HEADERS_MAX];
};

static int read_headers(const struct kernel_file *file, struct headers *headers,
                        struct error *error)
{
    const Elf64_Ehdr *header = &headers->file;

    if (!kernel_file_read(file, 0, &headers->file, sizeof headers->file))
        return REFUSE_KERNEL("'%s' is cut short: it ends within the ELF header", file->name);
    if (header->e_ident[EI_CLASS] != ELFCLASS64 || header->e_ident[EI_DATA] != ELFDATA2LSB ||
        header->e_machine != EM_X86_64)
        return error_set(error, ENOTSUP,
                         "'%s' is an ELF file for another processor: only x86-64 is run",
                         file->name);
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return REFUSE_KERNEL("'%s' is an ELF file but no kernel: it was not linked (type %u)",
                             file->name, header->e_type);
    if (header->e_phentsize != sizeof(Elf64_Phdr) || header->e_phnum == 0 ||
        header->e_phnum > PROGRAM_HEADERS_MAX)
        return REFUSE_KERNEL("'%s' has program headers that make no sense (%u of %u bytes)",
                             file->name, header->e_phnum, header->e_phentsize);
    if (!kernel_file_read(file, header->e_phoff, headers->programs,
                          header->e_phnum * sizeof(Elf64_Phdr)))
        return REFUSE_KERNEL("'%s' is cut short: its program headers lie beyond its end",
                             file->name);
    return 0;
}

static int load_segment(const struct kernel_file *file, const Elf64_Phdr *segment,
                        const struct ram *ram, struct kernel_image *image, struct ram_files *files,
                        struct error *error)
{
    const uint64_t start = segment->p_paddr;

    if (segment->p_memsz == 0)
        return 0;
    if (segment->p_filesz > segment->p_memsz)
        return REFUSE_KERNEL("'%s' has a segment that is larger in the file than in memory",
                             file->name);
    if (segment->p_offset > file->size || segment->p_filesz > file->size - segment->p_offset)
        return REFUSE_KERNEL("'%s' is cut short: a segment ends beyond its end", file->name);
    if (start < LAYOUT_RAM_1M || start >= LAYOUT_HOLE || segment->p_memsz > LAYOUT_HOLE - start)
        return REFUSE_KERNEL("'%s' wants to be where a kernel cannot be: %#llx bytes at %#llx. Is "
                             "it a program, and no kernel?",
                             file->name, (unsigned long long)segment->p_memsz,
                             (unsigned long long)start);
    if (start + segment->p_memsz > ram->low_bytes)
        return kernel_refuse_memory(ram, file->name, start + segment->p_memsz, error);
    if (image->end == 0 || start < image->start)
        image->start = start;
    if (start + segment->p_memsz > image->end)
        image->end = start + segment->p_memsz;
    image->file_bytes += segment->p_filesz;
    return ram_file_load(ram, start, file->fd, segment->p_offset, segment->p_filesz, file->name,
                         files, error);
}

/* Whether a segment has this address. */
static bool is_loaded(const struct headers *headers, uint64_t address)
{
    for (unsigned i = 0; i < headers->file.e_phnum; i++) {
        const Elf64_Phdr *segment = &headers->programs[i];
        if (segment->p_type == PT_LOAD && address - segment->p_paddr < segment->p_memsz)
            return true;
    }
    return false;
}

/*
 * The entry that a note in this segment tells of; 0: there is none. A note is a header, a name and
 * a content (gABI, "Note Section"), both filled up to a multiple of 4 bytes. Notes that are aligned
 * to 8 bytes are of other kinds.
 */
static uint64_t find_pvh_entry(const struct kernel_file *file, const Elf64_Phdr *segment)
{
    uint64_t offset = segment->p_offset, left = segment->p_filesz;

    for (unsigned i = 0; i < NOTES_MAX; i++) {
        Elf64_Nhdr note;
        char name[sizeof PVH_NOTE_NAME];
        uint64_t entry = 0;

        if (left < sizeof note || !kernel_file_read(file, offset, &note, sizeof note))
            return 0;
        const uint64_t name_bytes = (note.n_namesz + UINT64_C(3)) & ~UINT64_C(3);
        const uint64_t content_bytes = (note.n_descsz + UINT64_C(3)) & ~UINT64_C(3);
        const uint64_t bytes = sizeof note + name_bytes + content_bytes;
        if (bytes > left)
            return 0;
        if (note.n_type == PVH_NOTE_TYPE && note.n_namesz == sizeof name &&
            (note.n_descsz == 4 || note.n_descsz == 8) &&
            kernel_file_read(file, offset + sizeof note, name, sizeof name) &&
            memcmp(name, PVH_NOTE_NAME, sizeof name) == 0 &&
            kernel_file_read(file, offset + sizeof note + name_bytes, &entry, note.n_descsz))
            return entry;
        offset += bytes;
        left -= bytes;
    }
    return 0;
}

int kernel_elf_load(const struct kernel_file *file, const struct ram *ram,
                    struct kernel_image *image, struct ram_files *files, struct error *error)
{
    struct headers headers;
    int result = read_headers(file, &headers, error);

    for (unsigned i = 0; result == 0 && i < headers.file.e_phnum; i++) {
        const Elf64_Phdr *segment = &headers.programs[i];
        if (segment->p_type == PT_LOAD)
            result = load_segment(file, segment, ram, image, files, error);
        else if (segment->p_type == PT_NOTE && image->pvh_entry == 0)
            image->pvh_entry = find_pvh_entry(file, segment);
    }
    if (result < 0)
        return result;
    if (image->end == 0)
        return REFUSE_KERNEL("'%s' has nothing to load", file->name);
    image->linux_entry = headers.file.e_entry;
    if (!is_loaded(&headers, image->linux_entry))
        return REFUSE_KERNEL("'%s' has its entry outside of what it loads: %#llx", file->name,
                             (unsigned long long)image->linux_entry);
    if (image->pvh_entry != 0 && !is_loaded(&headers, image->pvh_entry))
        return REFUSE_KERNEL("'%s' has its PVH entry outside of what it loads: %#llx", file->name,
                             (unsigned long long)image->pvh_entry);

    image->format = "ELF";
    image->initrd_end = LAYOUT_HOLE;
    image->command_max = COMMAND_MAX;
    /* The file has no setup header: say only which protocol this is. */
    image->setup = (struct setup_header){
        .boot_flag = SETUP_BOOT_FLAG, .header = SETUP_HEADER, .version = SETUP_VERSION};
    return 0;
}
