/* SPDX-License-Identifier: MIT */
#include "bench/experiments/image_formats.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

/* exit(7), by hand. */
static const unsigned char code_x86_64[] = {
    0xbf, IMAGE_FORMAT_STATUS,
    0,    0,
    0, /* mov $7, %edi */
    0xb8, 60,
    0,    0,
    0,          /* mov $60, %eax: exit */
    0x0f, 0x05, /* syscall */
};
static const unsigned char code_i386[] = {
    0xbb, IMAGE_FORMAT_STATUS,
    0,    0,
    0, /* mov $7, %ebx */
    0xb8, 1,
    0,    0,
    0,          /* mov $1, %eax: exit */
    0xcd, 0x80, /* int $0x80 */
};
static const unsigned char code_aarch64[] = {
    0xe0, 0x00, 0x80, 0xd2, /* mov x0, #7 */
    0xa8, 0x0b, 0x80, 0xd2, /* mov x8, #93: exit */
    0x01, 0x00, 0x00, 0xd4, /* svc #0 */
};

enum { LOAD_ADDRESS = 0x400000, CODE_AT = 0x80 };

/* Headers and code together; the two classes have the same fields, of other sizes and order. */
#define DEFINE_MAKE_ELF(bits)                                                                      \
    static size_t make_elf##bits(unsigned char *file, Elf##bits##_Half machine, const void *code,  \
                                 size_t length)                                                    \
    {                                                                                              \
        Elf##bits##_Phdr segment = {                                                               \
            .p_type = PT_LOAD,                                                                     \
            .p_flags = PF_R | PF_X,                                                                \
            .p_vaddr = LOAD_ADDRESS,                                                               \
            .p_paddr = LOAD_ADDRESS,                                                               \
            .p_filesz = (Elf##bits##_Word)(CODE_AT + length),                                      \
            .p_memsz = (Elf##bits##_Word)(CODE_AT + length),                                       \
            .p_align = 0x1000,                                                                     \
        };                                                                                         \
        Elf##bits##_Ehdr header = {                                                                \
            .e_ident = {ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS##bits, ELFDATA2LSB,           \
                        EV_CURRENT},                                                               \
            .e_type = ET_EXEC,                                                                     \
            .e_machine = machine,                                                                  \
            .e_version = EV_CURRENT,                                                               \
            .e_entry = LOAD_ADDRESS + CODE_AT,                                                     \
            .e_phoff = sizeof header,                                                              \
            .e_ehsize = sizeof header,                                                             \
            .e_phentsize = sizeof segment,                                                         \
            .e_phnum = 1,                                                                          \
        };                                                                                         \
        _Static_assert(sizeof header + sizeof segment <= CODE_AT, "the code would lie in them");   \
        memcpy(file, &header, sizeof header);                                                      \
        memcpy(file + sizeof header, &segment, sizeof segment);                                    \
        memcpy(file + CODE_AT, code, length);                                                      \
        return CODE_AT + length;                                                                   \
    }

DEFINE_MAKE_ELF(32)
DEFINE_MAKE_ELF(64)

int image_write_format(const char *path, const char *format, struct error *error)
{
    unsigned char file[512] = {0};
    size_t length;

    if (strcmp(format, "static") == 0)
        length = make_elf64(file, EM_X86_64, code_x86_64, sizeof code_x86_64);
    else if (strcmp(format, "aarch64") == 0)
        length = make_elf64(file, EM_AARCH64, code_aarch64, sizeof code_aarch64);
    else
        length = make_elf32(file, EM_386, code_i386, sizeof code_i386);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    bool written = fd >= 0 && write(fd, file, length) == (ssize_t)length;
    int errnum = errno;
    if (fd >= 0)
        close(fd);
    return written ? 0 : error_set_errno(error, errnum, "cannot write %s", path);
}
