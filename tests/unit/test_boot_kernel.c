/* SPDX-License-Identifier: MIT */
/* From a kernel's file to guest memory: formats, protocols, what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdbool.h>

#include "tests/unit/boot_loading.h"

static void expect_refusal(const struct kernel_bytes *kernel, int errnum, const char *words)
{
    struct loading loading = {0};

    load(&loading, kernel);
    if (loading.result != -errnum || !strstr(loading.error.text, words))
        fail_msg("result %d (%s), not %d with '%s'", loading.result, loading.error.text, -errnum,
                 words);
    finish(&loading);
}

/* --- tables ----------------------------------------------------------------------------------- */

static void the_processor_finds_segments_and_pages(void **state)
{
    struct loading loading = {0};
    struct kernel_bytes kernel;
    (void)state;

    kernel_bytes_bzimage(&kernel);
    load(&loading, &kernel);
    assert_int_equal(loading.start.gdt, LAYOUT_GDT);
    /* The classic values, as in every boot loader. */
    const uint64_t *gdt = at(&loading, loading.start.gdt, KERNEL_GDT_BYTES);
    assert_int_equal(gdt[KERNEL_CS32 / 8], 0x00cf9b000000ffff);
    assert_int_equal(gdt[KERNEL_CS64 / 8], 0x00af9b000000ffff);
    assert_int_equal(gdt[KERNEL_DS / 8], 0x00cf93000000ffff);

    for (uint64_t address = 0; address < 4 * LAYOUT_GIB; address += 2 * LAYOUT_MIB) {
        const uint64_t *table = at(&loading, loading.start.page_tables, PAGE);
        for (int level = 3; level >= 1; level--) {
            uint64_t entry = table[address >> (12 + 9 * level) & 511];
            assert_int_equal(entry & 3, 3);
            assert_int_equal(entry >> 7 & 1, level == 1);
            if (level == 1)
                assert_int_equal(entry & ~UINT64_C(0xfff), address);
            else
                table = at(&loading, entry & ~UINT64_C(0xfff), PAGE);
        }
    }
    finish(&loading);
}

/* --- bzImage ---------------------------------------------------------------------------------- */

static void a_bzimage_lies_where_it_wants_to(void **state)
{
    struct loading loading = {
        .request = {.command_line = "quiet panic=-1", .rsdp = LAYOUT_ACPI}
    };
    struct kernel_bytes kernel;
    (void)state;

    kernel_bytes_bzimage(&kernel);
    load(&loading, &kernel);
    assert_int_equal(loading.result, 0);
    assert_int_equal(loading.start.protocol, MINIVMM_PROTOCOL_LINUX);
    assert_int_equal(loading.start.entry, KERNEL_START + 0x200);
    assert_int_equal(loading.start.parameter, LAYOUT_ZERO_PAGE);
    assert_string_equal(loading.start.format, "bzImage");
    assert_string_equal(loading.start.version, "6.1.0-test");
    assert_memory_equal(at(&loading, KERNEL_START, BZIMAGE_CODE_BYTES), kernel.bytes + BZIMAGE_CODE,
                        BZIMAGE_CODE_BYTES);
    assert_int_equal(loading.start.files.mapped_bytes, BZIMAGE_CODE_BYTES / PAGE * PAGE);

    const struct boot_params *params = at(&loading, LAYOUT_ZERO_PAGE, sizeof *params);
    assert_int_equal(params->sentinel, 0);
    assert_int_equal(params->acpi_rsdp_addr, LAYOUT_ACPI);
    assert_int_equal(params->hdr.type_of_loader, 0xff);
    assert_int_equal(params->hdr.header, SETUP_HEADER);
    assert_int_equal(params->hdr.init_size, 0x10000);
    assert_int_equal(params->hdr.ramdisk_size, 0);
    assert_int_equal(params->hdr.cmd_line_ptr, LAYOUT_COMMAND);
    assert_string_equal(at(&loading, LAYOUT_COMMAND, LAYOUT_COMMAND_MAX), "quiet panic=-1");
    assert_int_equal(params->e820_entries, 5);
    assert_int_equal(params->e820_table[3].addr, LAYOUT_RAM_1M);
    assert_int_equal(params->e820_table[3].size, MEMORY - LAYOUT_RAM_1M);
    /* The BIOS that Linux jumps to when it restarts: mov dx, port; mov al, 1; out dx, al */
    static const uint8_t reset[] = {0xba, 0x02, 0x06, 0xb0, 0x01, 0xee};
    assert_memory_equal(at(&loading, 0xffff0, 16), reset, sizeof reset);
    finish(&loading);
}

static void code_at_any_place_of_the_file_is_loaded(void **state)
{
    struct kernel_bytes kernel;
    (void)state;

    /* 0 stands for 4 (boot.rst). */
    for (uint8_t sects = 0; sects < 9; sects++) {
        struct loading loading = {0};
        kernel_bytes_bzimage(&kernel);
        kernel.bzimage.setup.setup_sects = sects;
        kernel.bzimage.setup.syssize = 0x800 / 16;
        const size_t code = ((sects ? sects : 4) + 1u) * 512;
        load(&loading, &kernel);
        assert_int_equal(loading.result, 0);
        assert_int_equal(loading.start.kernel_bytes, kernel.size - code);
        assert_memory_equal(at(&loading, KERNEL_START, kernel.size - code), kernel.bytes + code,
                            kernel.size - code);
        assert_int_equal(loading.start.files.mapped_bytes > 0, code % PAGE == 0);
        finish(&loading);
    }
}

static void a_kernel_cut_anywhere_is_refused(void **state)
{
    struct kernel_bytes kernel;
    (void)state;

    for (int elf = 0; elf < 2; elf++) {
        elf ? kernel_bytes_elf(&kernel) : kernel_bytes_bzimage(&kernel);
        for (size_t size = kernel.size; size-- > 0; size -= size > 0x400 ? 13 : 0) {
            struct loading loading = {0};
            kernel.size = size;
            load(&loading, &kernel);
            assert_int_equal(loading.result, -ENOEXEC);
            assert_true(strstr(loading.error.text, "cut short") ||
                        (size < 0x206 && strstr(loading.error.text, "is no kernel")));
            finish(&loading);
        }
    }
}

static void a_damaged_bzimage_is_refused(void **state)
{
    struct kernel_bytes kernel;
    (void)state;
#define REFUSED(change, errnum, words)                                                             \
    do {                                                                                           \
        kernel_bytes_bzimage(&kernel);                                                             \
        kernel.bzimage.setup.change;                                                               \
        expect_refusal(&kernel, errnum, words);                                                    \
    } while (0)

    REFUSED(header = 0, ENOEXEC, "is no kernel");
    REFUSED(boot_flag = 0, ENOEXEC, "is no kernel");
    REFUSED(version = 0x020b, ENOTSUP, "2.11");
    REFUSED(xloadflags = 0, ENOTSUP, "32-bit");
    REFUSED(jump[1] = 0x65, ENOEXEC, "damaged");
    REFUSED(setup_sects = 255, ENOEXEC, "cut short");
    REFUSED(syssize = UINT32_MAX, ENOEXEC, "cut short");
    REFUSED(syssize = 0x200 / 16, ENOEXEC, "nothing behind");
    REFUSED(pref_address = 0, ENOEXEC, "damaged");
    REFUSED(pref_address = LAYOUT_RAM_1M - PAGE, ENOEXEC, "damaged");
    REFUSED(pref_address = KERNEL_START + 1, ENOEXEC, "damaged");
    REFUSED(pref_address = LAYOUT_HOLE, ENOEXEC, "damaged");
    REFUSED(pref_address = UINT64_MAX << 21, ENOEXEC, "damaged");
    REFUSED(kernel_alignment = 0, ENOEXEC, "damaged");
    REFUSED(init_size = UINT32_MAX, ENOMEM, "needs a guest with 4112 MiB");
    REFUSED(init_size = MEMORY - KERNEL_START + 1, ENOMEM, "65 MiB of memory, and this one has 64");
    REFUSED(pref_address = MEMORY - 0x1000000, 0, "");
    REFUSED(pref_address = MEMORY, ENOMEM, "needs a guest");
#undef REFUSED
}

static void a_version_that_is_elsewhere_or_rubbish_is_not_shown(void **state)
{
    static const char *const texts[] = {"\x1b[2J", "", " "};
    struct kernel_bytes kernel;
    (void)state;

    for (size_t i = 0; i < 4; i++) {
        struct loading loading = {0};
        kernel_bytes_bzimage(&kernel);
        if (i < 3)
            strcpy((char *)kernel.bytes + BZIMAGE_VERSION, texts[i]);
        else
            kernel.bzimage.setup.kernel_version = UINT16_MAX;
        load(&loading, &kernel);
        assert_int_equal(loading.result, 0);
        assert_string_equal(loading.start.version, "");
        finish(&loading);
    }
}

/* --- ELF -------------------------------------------------------------------------------------- */

static void an_elf_kernel_is_entered_as_its_note_says(void **state)
{
    static const struct {
        enum minivmm_protocol asked, got;
        bool note;
        int result;
    } cases[] = {
        {MINIVMM_PROTOCOL_AUTO,  MINIVMM_PROTOCOL_PVH,   true,  0       },
        {MINIVMM_PROTOCOL_AUTO,  MINIVMM_PROTOCOL_LINUX, false, 0       },
        {MINIVMM_PROTOCOL_LINUX, MINIVMM_PROTOCOL_LINUX, true,  0       },
        {MINIVMM_PROTOCOL_PVH,   MINIVMM_PROTOCOL_PVH,   true,  0       },
        {MINIVMM_PROTOCOL_PVH,   MINIVMM_PROTOCOL_AUTO,  false, -ENOTSUP},
    };
    struct kernel_bytes kernel;
    (void)state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loading loading = {.request.protocol = cases[i].asked};
        kernel_bytes_elf(&kernel);
        if (!cases[i].note)
            kernel.notes.pvh.n_type++;
        load(&loading, &kernel);
        assert_int_equal(loading.result, cases[i].result);
        if (loading.result == 0) {
            const bool pvh = cases[i].got == MINIVMM_PROTOCOL_PVH;
            assert_int_equal(loading.start.protocol, cases[i].got);
            assert_int_equal(loading.start.entry, pvh ? ELF_PVH_ENTRY : KERNEL_START + 0x10);
            assert_int_equal(loading.start.parameter, pvh ? LAYOUT_PVH_START : LAYOUT_ZERO_PAGE);
            assert_memory_equal(at(&loading, KERNEL_START, ELF_CODE_BYTES), kernel.bytes + ELF_CODE,
                                ELF_CODE_BYTES);
            assert_int_equal(loading.start.files.mapped_bytes, PAGE);
            const uint8_t *zeros = at(&loading, KERNEL_START, ELF_MEMORY);
            for (size_t j = ELF_CODE_BYTES; j < ELF_MEMORY; j++)
                assert_int_equal(zeros[j], 0);
        }
        finish(&loading);
    }
}

static void pvh_tells_of_memory_modules_and_tables(void **state)
{
    struct loading loading = {
        .request = {.command_line = "x", .rsdp = LAYOUT_ACPI}
    };
    struct file initrd = new_file("initrd", 6);
    struct kernel_bytes kernel;
    (void)state;

    kernel_bytes_elf(&kernel);
    loading.request.initrd = initrd.path;
    load(&loading, &kernel);
    assert_int_equal(loading.result, 0);
    const uint32_t *words = at(&loading, LAYOUT_PVH_START, 56);
    const uint64_t *longs = at(&loading, LAYOUT_PVH_START, 56);
    assert_int_equal(words[0], 0x336ec578);
    assert_int_equal(words[1], 1); /* version */
    assert_int_equal(words[3], 1); /* modules */
    assert_string_equal(at(&loading, longs[3], 2), "x");
    assert_int_equal(longs[4], LAYOUT_ACPI);
    const uint64_t *module = at(&loading, longs[2], 32);
    assert_int_equal(module[1], 6);
    assert_memory_equal(at(&loading, module[0], 6), "initrd", 6);
    const uint64_t *map = at(&loading, longs[5], words[12] * 24);
    assert_int_equal(words[12], 5);
    assert_int_equal(map[3 * 3], LAYOUT_RAM_1M);
    assert_int_equal(map[3 * 3 + 1], MEMORY - LAYOUT_RAM_1M);
    assert_int_equal(map[3 * 3 + 2], 1);
    finish(&loading);
    close(initrd.fd);
}

static void a_damaged_elf_kernel_is_refused(void **state)
{
    struct kernel_bytes kernel;
    (void)state;
#define REFUSED(change, errnum, words)                                                             \
    do {                                                                                           \
        kernel_bytes_elf(&kernel);                                                                 \
        kernel.change;                                                                             \
        expect_refusal(&kernel, errnum, words);                                                    \
    } while (0)

    REFUSED(elf.file.e_ident[EI_CLASS] = ELFCLASS32, ENOTSUP, "another processor");
    REFUSED(elf.file.e_machine = EM_AARCH64, ENOTSUP, "another processor");
    REFUSED(elf.file.e_type = ET_REL, ENOEXEC, "not linked");
    REFUSED(elf.file.e_phnum = 0, ENOEXEC, "make no sense");
    REFUSED(elf.file.e_phnum = UINT16_MAX, ENOEXEC, "make no sense");
    REFUSED(elf.file.e_phentsize = 1, ENOEXEC, "make no sense");
    REFUSED(elf.file.e_phoff = UINT64_MAX - 8, ENOEXEC, "cut short");
    REFUSED(elf.file.e_entry = KERNEL_START + ELF_MEMORY, ENOEXEC, "entry outside");
    REFUSED(elf.file.e_entry = 0, ENOEXEC, "entry outside");
    REFUSED(notes.pvh_entry = KERNEL_START - 1, ENOEXEC, "PVH entry outside");
    REFUSED(notes.pvh_entry = UINT64_MAX, ENOEXEC, "PVH entry outside");
    REFUSED(elf.programs[0].p_paddr = 0, ENOEXEC, "where a kernel cannot be");
    REFUSED(elf.programs[0].p_paddr = LAYOUT_RAM_1M - 1, ENOEXEC, "where a kernel cannot be");
    REFUSED(elf.programs[0].p_paddr = LAYOUT_HOLE - 1, ENOEXEC, "where a kernel cannot be");
    REFUSED(elf.programs[0].p_paddr = UINT64_MAX, ENOEXEC, "where a kernel cannot be");
    REFUSED(elf.programs[0].p_paddr = MEMORY - 1, ENOMEM, "needs a guest with 65 MiB");
    REFUSED(elf.programs[1].p_memsz = UINT64_MAX, ENOEXEC, "where a kernel cannot be");
    REFUSED(elf.programs[1].p_filesz = ELF_MEMORY, ENOEXEC, "larger in the file");
    REFUSED(elf.programs[1].p_offset = UINT64_MAX, ENOEXEC, "cut short");
    REFUSED(elf.programs[1].p_offset += 1, ENOEXEC, "cut short");
    kernel_bytes_elf(&kernel);
    kernel.elf.programs[0].p_type = kernel.elf.programs[1].p_type = PT_NULL;
    expect_refusal(&kernel, ENOEXEC, "nothing to load");
#undef REFUSED
}

static void notes_that_lie_are_no_notes(void **state)
{
    struct kernel_bytes kernel;
    (void)state;
#define IGNORED(change)                                                                            \
    do {                                                                                           \
        struct loading loading = {0};                                                              \
        kernel_bytes_elf(&kernel);                                                                 \
        kernel.change;                                                                             \
        load(&loading, &kernel);                                                                   \
        assert_int_equal(loading.result, 0);                                                       \
        assert_int_equal(loading.start.protocol, MINIVMM_PROTOCOL_LINUX);                          \
        finish(&loading);                                                                          \
    } while (0)

    IGNORED(notes.other.n_namesz = UINT32_MAX);
    IGNORED(notes.other.n_descsz = UINT32_MAX);
    IGNORED(notes.pvh.n_descsz = 16);
    IGNORED(notes.pvh.n_descsz = 2);
    IGNORED(notes.pvh.n_namesz = 3);
    IGNORED(notes.pvh_name[0] = 'x');
    IGNORED(elf.programs[2].p_filesz -= 1);
    IGNORED(elf.programs[2].p_filesz = 11);
    IGNORED(elf.programs[2].p_offset = UINT64_MAX - 4);
    IGNORED(elf.programs[2].p_offset = kernel.size - 4);
#undef IGNORED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_processor_finds_segments_and_pages),
        cmocka_unit_test(a_bzimage_lies_where_it_wants_to),
        cmocka_unit_test(code_at_any_place_of_the_file_is_loaded),
        cmocka_unit_test(a_kernel_cut_anywhere_is_refused),
        cmocka_unit_test(a_damaged_bzimage_is_refused),
        cmocka_unit_test(a_version_that_is_elsewhere_or_rubbish_is_not_shown),
        cmocka_unit_test(an_elf_kernel_is_entered_as_its_note_says),
        cmocka_unit_test(pvh_tells_of_memory_modules_and_tables),
        cmocka_unit_test(a_damaged_elf_kernel_is_refused),
        cmocka_unit_test(notes_that_lie_are_no_notes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
