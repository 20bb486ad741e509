/* SPDX-License-Identifier: MIT */
/* Reading what a program needs from its ELF headers, which may say anything. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "minicontainer/elf_file.h"
#include "minicontainer/libraries.h"

/* A dynamic program in 512 bytes: headers, then strings, then the dynamic section. */
struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segments[3];
    char strings[64];
    Elf64_Dyn dynamic[5];
};

enum { BASE = 0x400000, INTERPRETER = 1, LIBRARY = 8, RUNPATH = 20 };

static struct image good_image(void)
{
    static const unsigned char ident[] = {ELFMAG0, ELFMAG1,    ELFMAG2,
                                          ELFMAG3, ELFCLASS64, ELFDATA2LSB};
    const size_t strings = offsetof(struct image, strings);
    const size_t dynamic = offsetof(struct image, dynamic);
    struct image image = {.strings = "\0/lib/l\0libx.so.1\0\0\0/opt/x"};

    memcpy(image.header.e_ident, ident, sizeof ident);
    image.header.e_machine = EM_X86_64;
    image.header.e_phoff = offsetof(struct image, segments);
    image.header.e_phentsize = sizeof(Elf64_Phdr);
    image.header.e_phnum = 3;
    image.segments[0].p_type = PT_LOAD;
    image.segments[0].p_vaddr = BASE;
    image.segments[0].p_filesz = sizeof image;
    image.segments[1].p_type = PT_INTERP;
    image.segments[1].p_offset = strings + INTERPRETER;
    image.segments[2].p_type = PT_DYNAMIC;
    image.segments[2].p_offset = dynamic;
    image.segments[2].p_filesz = sizeof image.dynamic;
    image.dynamic[0].d_tag = DT_STRTAB;
    image.dynamic[0].d_un.d_ptr = BASE + strings;
    image.dynamic[1].d_tag = DT_NEEDED;
    image.dynamic[1].d_un.d_val = LIBRARY;
    image.dynamic[2].d_tag = DT_RUNPATH;
    image.dynamic[2].d_un.d_val = RUNPATH;
    return image;
}

static char path[] = "/tmp/virtlab-elf-XXXXXX";

static void write_bytes(const void *bytes, size_t size)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    assert_int_equal(fclose(file), 0);
}

static void a_dynamic_program_tells_what_it_needs(void **state)
{
    struct image image = good_image();
    struct elf_file elf;
    size_t at = 0;
    (void)state;

    write_bytes(&image, sizeof image);
    assert_true(elf_file_open(&elf, path));
    assert_string_equal(elf_file_interpreter(&elf), "/lib/l");
    assert_string_equal(elf_file_next(&elf, DT_NEEDED, &at), "libx.so.1");
    assert_null(elf_file_next(&elf, DT_NEEDED, &at));
    at = 0;
    assert_string_equal(elf_file_next(&elf, DT_RUNPATH, &at), "/opt/x");
    elf_file_close(&elf);
}

static void what_is_no_elf_file_is_refused(void **state)
{
    static const char *const texts[] = {"#!/bin/sh\n", "\177ELF", "x"};
    struct image image = good_image();
    struct elf_file elf;
    (void)state;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_bytes(texts[i], strlen(texts[i]));
        assert_false(elf_file_open(&elf, path));
    }
    write_bytes("", 0);
    assert_false(elf_file_open(&elf, path));
    image.header.e_ident[EI_CLASS] = ELFCLASS32;
    write_bytes(&image, sizeof image);
    assert_false(elf_file_open(&elf, path));
    image = good_image();
    image.header.e_machine = EM_AARCH64;
    write_bytes(&image, sizeof image);
    assert_false(elf_file_open(&elf, path));
    assert_false(elf_file_open(&elf, "/nonexistent"));
    assert_false(elf_file_open(&elf, "/tmp"));
}

/* Asks for everything; under AddressSanitizer, a read outside of the file ends the test. */
static void ask_everything(void)
{
    struct elf_file elf;
    size_t at = 0;
    int count = 0;

    if (!elf_file_open(&elf, path))
        return;
    const char *interpreter = elf_file_interpreter(&elf);
    if (interpreter)
        assert_true(strlen(interpreter) < sizeof(struct image));
    while (elf_file_next(&elf, DT_NEEDED, &at) && count++ < 100)
        ;
    assert_true(count < 100);
    elf_file_close(&elf);
}

static void numbers_outside_of_the_file_are_refused(void **state)
{
    static const uint64_t wrong[] = {0,
                                     1,
                                     sizeof(struct image),
                                     sizeof(struct image) - 1,
                                     4096,
                                     UINT64_MAX,
                                     UINT64_MAX - 7,
                                     UINT64_C(1) << 63,
                                     BASE,
                                     UINT32_MAX,
                                     BASE + 511};
    struct image image = good_image();
    (void)state;

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        uint64_t *const fields[] = {
            &image.header.e_phoff,       &image.segments[0].p_offset,  &image.segments[0].p_vaddr,
            &image.segments[0].p_filesz, &image.segments[1].p_offset,  &image.segments[2].p_offset,
            &image.segments[2].p_filesz, &image.dynamic[0].d_un.d_ptr, &image.dynamic[1].d_un.d_val,
        };
        for (size_t j = 0; j < sizeof fields / sizeof *fields; j++) {
            image = good_image();
            *fields[j] = wrong[i];
            write_bytes(&image, sizeof image);
            ask_everything();
        }
    }
}

static void a_file_cut_anywhere_is_survived(void **state)
{
    struct image image = good_image();
    (void)state;

    for (size_t size = 0; size < sizeof image; size += 3) {
        write_bytes(&image, size);
        ask_everything();
    }
    /* A string that does not end before the file does. */
    image = good_image();
    image.dynamic[0].d_un.d_ptr = BASE + sizeof image - 1;
    image.dynamic[1].d_un.d_val = 0;
    memset((char *)&image + sizeof image - 1, 'x', 1);
    write_bytes(&image, sizeof image);
    ask_everything();
}

static void a_script_names_its_interpreter(void **state)
{
    static const struct {
        const char *text, *interpreter;
    } cases[] = {
        {"#!/bin/sh\n",       "/bin/sh"},
        {"#! \t/bin/sh -e\n", "/bin/sh"},
        {"#!/bin/sh",         "/bin/sh"},
        {"#!relative\n",      NULL     },
        {"#!\n",              NULL     },
        {"#",                 NULL     },
        {"no script\n",       NULL     },
        {"",                  NULL     },
    };
    char interpreter[LIBRARIES_SCRIPT_MAX];
    char longest[1000];
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        write_bytes(cases[i].text, strlen(cases[i].text));
        assert_int_equal(libraries_read_script(path, interpreter), cases[i].interpreter != NULL);
        if (cases[i].interpreter)
            assert_string_equal(interpreter, cases[i].interpreter);
    }
    memset(longest, 'a', sizeof longest);
    memcpy(longest, "#!/", 3);
    write_bytes(longest, sizeof longest);
    if (libraries_read_script(path, interpreter))
        assert_true(strlen(interpreter) < sizeof interpreter);
}

static int make_file(void **state)
{
    (void)state;
    int file = mkstemp(path);
    return file < 0 ? -1 : close(file);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dynamic_program_tells_what_it_needs),
        cmocka_unit_test(what_is_no_elf_file_is_refused),
        cmocka_unit_test(numbers_outside_of_the_file_are_refused),
        cmocka_unit_test(a_file_cut_anywhere_is_survived),
        cmocka_unit_test(a_script_names_its_interpreter),
    };
    return cmocka_run_group_tests(tests, make_file, remove_file);
}
