/* SPDX-License-Identifier: MIT */
/* From an ELF file to the first stack, and the program's file names: minivmm without KVM. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/exitcode.h"
#include "minivmm/gateway.h"
#include "minivmm/stack.h"
#include "minivmm/syscalls.h"
#include "tests/unit/vmm_machine.h"

/* A small ELF file: text that is also the headers, data with .bss behind it, and one symbol. */
struct file {
    Elf64_Ehdr header;
    Elf64_Phdr programs[3];
    Elf64_Shdr sections[3];
    Elf64_Sym symbols[3];
    char names[32];
    char data[64];
};

#define TEXT_VA UINT64_C(0x400000)
#define DATA_VA UINT64_C(0x402000)

static struct file small_file(void)
{
    struct file file = {
        .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, EV_CURRENT},
                   .e_type = ET_EXEC,
                   .e_machine = EM_X86_64,
                   .e_version = EV_CURRENT,
                   .e_entry = TEXT_VA + 0x100,
                   .e_phoff = offsetof(struct file, programs),
                   .e_shoff = offsetof(struct file, sections),
                   .e_phentsize = sizeof(Elf64_Phdr),
                   .e_phnum = 3,
                   .e_shentsize = sizeof(Elf64_Shdr),
                   .e_shnum = 3},
        .programs = {{.p_type = PT_LOAD,
                      .p_flags = PF_R | PF_X,
                      .p_vaddr = TEXT_VA,
                      .p_filesz = sizeof file,
                      .p_memsz = sizeof file},
                   {.p_type = PT_LOAD,
                      .p_flags = PF_R | PF_W,
                      .p_offset = offsetof(struct file, data),
                      .p_vaddr = DATA_VA + offsetof(struct file, data),
                      .p_filesz = 32,
                      .p_memsz = 3 * PAGE_BYTES},
                   {.p_type = PT_GNU_STACK, .p_flags = PF_R | PF_W}                  },
        .sections = {{0},
                   {.sh_type = SHT_SYMTAB,
                      .sh_link = 2,
                      .sh_offset = offsetof(struct file, symbols),
                      .sh_size = sizeof file.symbols,
                      .sh_entsize = sizeof(Elf64_Sym)},
                   {.sh_type = SHT_STRTAB,
                      .sh_offset = offsetof(struct file, names),
                      .sh_size = sizeof file.names}                                                },
        .symbols = {{0},
                   {.st_name = 1,
                     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                     .st_shndx = 1,
                     .st_value = TEXT_VA + 0x10},
                   {.st_name = 7,
                     .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC),
                     .st_shndx = 1,
                     .st_value = TEXT_VA + 0x100}},
        .names = "\0first\0second",
        .data = "initialised data, cut after 32 b|ytes; this is not loaded",
    };
    return file;
}

static int write_file(const struct file *file, size_t bytes)
{
    int fd = memfd_create("program", MFD_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, file, bytes), bytes);
    return fd;
}

/* What elf_read() says about the file cut to so many bytes: its error's text, "" for nothing. */
static const char *judge(const struct file *file, size_t bytes)
{
    static struct error error;
    struct elf elf;
    int fd = write_file(file, bytes);

    error = (struct error){0};
    int result = elf_read(&elf, fd, bytes, "it", &error);
    close(fd);
    if (result == 0)
        return "";
    assert_int_equal(error.exit_status, EXIT_CANNOT_EXECUTE);
    assert_true(result < 0);
    return error.text;
}

static void a_small_file_is_read_and_mapped(void **state)
{
    (void)state;
    struct minivmm *machine = vmm_machine_new(16 << 20);
    struct space *space = &machine->space;
    struct file file = small_file();
    struct error error;
    struct page page;
    char text[32];
    int fd = write_file(&file, sizeof file);

    assert_int_equal(elf_read(&machine->elf, fd, sizeof file, "it", &error), 0);
    assert_int_equal(machine->elf.entry, TEXT_VA + 0x100);
    assert_int_equal(machine->elf.headers, TEXT_VA + sizeof(Elf64_Ehdr));
    assert_false(machine->elf.stack_executable);
    assert_int_equal(elf_map(&machine->elf, fd, space, "it", &error), 0);

    assert_true(pagetable_find(&space->table, TEXT_VA, &page));
    assert_int_equal(page.access, PAGE_READ | PAGE_EXECUTE);
    assert_true(pagetable_find(&space->table, DATA_VA, &page));
    assert_int_equal(page.access, PAGE_READ | PAGE_WRITE);
    uint64_t data = DATA_VA + offsetof(struct file, data);
    assert_int_equal(gateway_read(space, text, guest_pointer(data), 32), 0);
    assert_memory_equal(text, file.data, 32);
    for (uint64_t va = data + 32; va < data + 3 * PAGE_BYTES; va++) { /* .bss is empty */
        assert_int_equal(gateway_read(space, text, guest_pointer(va), 1), 0);
        assert_int_equal(text[0], 0);
    }
    assert_int_equal(space->brk, PAGE_UP(data + 3 * PAGE_BYTES));
    assert_true(space_is_free(space, SPACE_START, TEXT_VA - SPACE_START));

    /* What the guest writes stays private. */
    assert_int_equal(gateway_write(space, guest_pointer(data), "changed", 7), 0);
    assert_int_equal(pread(fd, text, 7, offsetof(struct file, data)), 7);
    assert_memory_equal(text, file.data, 7);
    close(fd);
    vmm_machine_free(machine);
}

static void the_nearest_symbol_is_found(void **state)
{
    (void)state;
    struct file file = small_file();
    struct error error;
    struct elf elf;
    char name[16];
    uint64_t offset;
    int fd = write_file(&file, sizeof file);

    assert_int_equal(elf_read(&elf, fd, sizeof file, "it", &error), 0);
    assert_true(elf_find_symbol(&elf, fd, TEXT_VA + 0x12, name, sizeof name, &offset));
    assert_string_equal(name, "first");
    assert_int_equal(offset, 2);
    assert_true(elf_find_symbol(&elf, fd, TEXT_VA + 0x100, name, sizeof name, &offset));
    assert_string_equal(name, "second");
    assert_true(elf_find_symbol(&elf, fd, TEXT_VA + 0x100, name, 4, &offset));
    assert_string_equal(name, "sec");
    assert_false(elf_find_symbol(&elf, fd, TEXT_VA + 0xf, name, sizeof name, &offset));
    assert_false(elf_find_symbol(&elf, fd, DATA_VA + 0x500, name, sizeof name, &offset));
    assert_false(elf_find_symbol(&elf, fd, UINT64_MAX, name, sizeof name, &offset));
    close(fd);
}

static void damaged_symbol_tables_are_survived(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 255, UINT32_MAX, INT64_MAX, UINT64_MAX - 7};
    struct error error;
    struct elf elf;
    char name[16];
    uint64_t offset;

    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        for (int field = 0; field < 6; field++) {
            struct file file = small_file();
            uint64_t value = values[i];
            switch (field) {
            case 0:
                file.header.e_shoff = value;
                break;
            case 1:
                file.sections[1].sh_offset = value;
                break;
            case 2:
                file.sections[1].sh_size = value;
                break;
            case 3:
                file.sections[1].sh_link = (uint32_t)value;
                break;
            case 4:
                file.sections[2].sh_offset = value;
                break;
            case 5:
                file.symbols[2].st_name = (uint32_t)value;
                break;
            }
            int fd = write_file(&file, sizeof file);
            assert_int_equal(elf_read(&elf, fd, sizeof file, "it", &error), 0);
            if (elf_find_symbol(&elf, fd, TEXT_VA + 0x100, name, sizeof name, &offset))
                assert_true(strlen(name) < sizeof name);
            close(fd);
        }
    }
}

#define REFUSED(pattern, change)                                                                   \
    do {                                                                                           \
        struct file file = small_file();                                                           \
        change;                                                                                    \
        const char *text = judge(&file, sizeof file);                                              \
        if (!strstr(text, pattern))                                                                \
            fail_msg("'%s' says '%s'", #change, text);                                             \
    } while (0)

static void headers_that_make_no_sense_are_refused(void **state)
{
    (void)state;
    REFUSED("not an ELF", file.header.e_ident[0] = 0);
    REFUSED("32-bit", file.header.e_ident[EI_CLASS] = ELFCLASS32);
    REFUSED("unknown kind", file.header.e_ident[EI_DATA] = ELFDATA2MSB);
    REFUSED("unknown kind", file.header.e_version = 2);
    REFUSED("another system", file.header.e_ident[EI_OSABI] = ELFOSABI_FREEBSD);
    REFUSED("another processor", file.header.e_machine = EM_AARCH64);
    REFUSED("object file", file.header.e_type = ET_REL);
    REFUSED("not an executable", file.header.e_type = ET_CORE);
    REFUSED("make no sense", file.header.e_phentsize = 32);
    REFUSED("make no sense", file.header.e_phnum = 0);
    REFUSED("make no sense", file.header.e_phnum = 65);
    REFUSED("truncated", file.header.e_phoff = UINT64_MAX - 100);
    REFUSED("truncated", file.header.e_phoff = sizeof file - 10);
    REFUSED("dynamically linked", file.programs[2].p_type = PT_INTERP);
    REFUSED("larger in the file", file.programs[0].p_memsz = 1);
    REFUSED("larger in the file", file.programs[0].p_memsz = 0);
    REFUSED("ends beyond the file", file.programs[0].p_offset = UINT64_MAX & PAGE_MASK);
    REFUSED("ends beyond the file",
            (file.programs[0].p_memsz = UINT64_MAX, file.programs[0].p_filesz = UINT64_MAX));
    REFUSED("differ within a page", file.programs[0].p_vaddr++);
    REFUSED("outside of the address", file.programs[0].p_vaddr = UINT64_MAX & PAGE_MASK);
    REFUSED("outside of the address", (file.programs[0].p_vaddr = 0, file.header.e_entry = 0x100));
    REFUSED("outside of the address", file.programs[0].p_vaddr = SPACE_END);
    REFUSED("outside of the address", file.programs[1].p_memsz = UINT64_MAX);
    REFUSED("two segments in one page", file.programs[0].p_memsz = 0x2000 + 1);
    REFUSED("two segments in one page",
            file.programs[1].p_vaddr = TEXT_VA + offsetof(struct file, data));
    REFUSED("no entry point", file.header.e_entry = 0);
    REFUSED("no entry point", file.header.e_entry = UINT64_MAX);
    REFUSED("no entry point", file.header.e_entry = TEXT_VA + sizeof file);
    REFUSED("no entry point", file.programs[0].p_flags = PF_R);
    REFUSED("shared library", (file.header.e_type = ET_DYN, file.header.e_entry = 0));
    REFUSED("nothing to load",
            (file.programs[0].p_type = PT_NULL, file.programs[1].p_type = PT_NULL));
}

static void truncation_anywhere_is_refused(void **state)
{
    (void)state;
    struct file file = small_file();

    for (size_t bytes = 0; bytes < sizeof file; bytes++)
        assert_string_not_equal(judge(&file, bytes), "");
    assert_string_equal(judge(&file, sizeof file), "");
}

static void a_needed_library_is_refused_and_static_pie_is_not(void **state)
{
    (void)state;
    struct file file = small_file();
    const Elf64_Dyn needed = {.d_tag = DT_NEEDED}, other = {.d_tag = DT_FLAGS};

    file.header.e_type = ET_DYN;
    file.programs[2] = (Elf64_Phdr){.p_type = PT_DYNAMIC,
                                    .p_offset = offsetof(struct file, data),
                                    .p_filesz = sizeof file.data};
    memset(file.data, 0, sizeof file.data);
    memcpy(file.data, &other, sizeof other);
    assert_string_equal(judge(&file, sizeof file), "");
    memcpy(file.data + sizeof other, &needed, sizeof needed);
    assert_non_null(strstr(judge(&file, sizeof file), "dynamically linked"));
}

/* --- the stack ------------------------------------------------------------------------------ */

static uint64_t word_at(const struct space *space, uint64_t va)
{
    uint64_t word;
    assert_int_equal(gateway_read(space, &word, guest_pointer(va), sizeof word), 0);
    return word;
}

static void assert_string_at(const struct space *space, uint64_t va, const char *expected)
{
    char text[64];
    assert_true(gateway_read_string(space, text, sizeof text, guest_pointer(va)) >= 0);
    assert_string_equal(text, expected);
}

static void the_stack_is_as_the_abi_has_it(void **state)
{
    (void)state;
    struct minivmm *machine = vmm_machine_new(64 << 20);
    struct space *space = &machine->space;
    const struct elf elf = {.entry = 0x401000, .headers = 0x400040, .headers_count = 5};
    char empty[] = "";
    char *argv[] = {(char[]){"program"}, (char[]){"one"}, empty, NULL};
    char *envp[] = {(char[]){"A=1"}, NULL};
    struct error error;
    uint64_t rsp;

    for (int extra = 0; extra < 2; extra++) { /* an odd and an even number of words */
        argv[2 + extra] = NULL;
        assert_int_equal(stack_create(space, &elf, "/program", argv, envp, &rsp, &error), 0);
        assert_int_equal(rsp % 16, 0);
        uint64_t count = 2 + (uint64_t)extra, at = rsp;
        assert_int_equal(word_at(space, at), count);
        assert_string_at(space, word_at(space, at + 8), "program");
        assert_string_at(space, word_at(space, at + 16), "one");
        at += 8 * (count + 1);
        assert_int_equal(word_at(space, at), 0);
        assert_string_at(space, word_at(space, at + 8), "A=1");
        assert_int_equal(word_at(space, at + 16), 0);
        bool entry = false, random = false, end = false;
        for (at += 24; !end; at += 16) {
            uint64_t type = word_at(space, at), value = word_at(space, at + 8);
            entry |= type == AT_ENTRY && value == elf.entry;
            random |= type == AT_RANDOM && value > rsp && value < SPACE_STACK_TOP;
            end = type == AT_NULL;
        }
        assert_true(entry && random);
        /* Nothing is mapped below the stack. */
        assert_false(
            space_is_mapped(space, SPACE_STACK_TOP - space->stack_bytes - PAGE_BYTES, PAGE_BYTES));
        space_unmap(space, SPACE_STACK_TOP - space->stack_bytes, space->stack_bytes);
        argv[2] = empty;
    }
    vmm_machine_free(machine);
}

static void arguments_beyond_a_quarter_of_the_stack_are_refused(void **state)
{
    (void)state;
    struct minivmm *machine = vmm_machine_new(16 << 20);
    struct space *space = &machine->space;
    char *long_word = malloc(space->stack_bytes);
    char *argv[] = {long_word, NULL}, *envp[] = {NULL};
    const struct elf elf = {0};
    struct error error;
    uint64_t rsp;

    memset(long_word, 'x', space->stack_bytes);
    long_word[space->stack_bytes / 4 - 2000] = '\0';
    assert_int_equal(stack_create(space, &elf, "/p", argv, envp, &rsp, &error), 0);
    space_unmap(space, SPACE_STACK_TOP - space->stack_bytes, space->stack_bytes);
    long_word[space->stack_bytes / 4 - 2000] = 'x';
    long_word[space->stack_bytes / 4 - 100] = '\0';
    assert_true(stack_create(space, &elf, "/p", argv, envp, &rsp, &error) < 0);
    assert_int_equal(error.exit_status, EXIT_CANNOT_EXECUTE);
    free(long_word);
    vmm_machine_free(machine);
}

/* --- names ---------------------------------------------------------------------------------- */

static void names_are_resolved_without_the_host(void **state)
{
    (void)state;
    static const char *const pairs[][2] = {
        {"a",                      "/a"            },
        {"/a/b",                   "/a/b"          },
        {"//a///b//",              "/a/b"          },
        {"./a/./b/.",              "/a/b"          },
        {"a/../b",                 "/b"            },
        {"../../a",                "/a"            },
        {"/a/b/../../..",          "/"             },
        {"",                       "/"             },
        {"/",                      "/"             },
        {"..",                     "/"             },
        {".",                      "/"             },
        {"...",                    "/..."          },
        {"a/..b",                  "/a/..b"        },
        {".a",                     "/.a"           },
        {"/proc/self/../self/exe", "/proc/self/exe"},
    };
    char resolved[PATH_MAX], longest[2 * PATH_MAX];

    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        assert_true(files_resolve(pairs[i][0], resolved));
        assert_string_equal(resolved, pairs[i][1]);
    }
    memset(longest, 'x', sizeof longest);
    longest[PATH_MAX - 2] = '\0'; /* with its slash and NUL just PATH_MAX */
    assert_true(files_resolve(longest, resolved));
    assert_int_equal(strlen(resolved), PATH_MAX - 1);
    longest[PATH_MAX - 2] = 'x';
    longest[PATH_MAX - 1] = '\0';
    assert_false(files_resolve(longest, resolved));
}

static void descriptors_run_out_in_order(void **state)
{
    (void)state;
    struct minivmm *machine = vmm_machine_new(16 << 20);
    struct files *files = &machine->files;
    const struct named_file named = {.host = -1};

    for (int i = 3; i < FILES_DESCRIPTORS; i++)
        assert_int_equal(files_open(files, &named, false), i);
    assert_int_equal(files_open(files, &named, false), -EMFILE);
    files_close(files, 7);
    assert_null(files_get(files, 7));
    assert_int_equal(files_open(files, &named, false), 7);
    files_duplicate(files, 7, 8, true);
    assert_ptr_equal(files_get(files, 7), files_get(files, 8));
    files_close(files, 7);
    assert_int_equal(files_get(files, 8)->kind, FILE_NAMED);
    files_close(files, 8);
    files_close(files, 8);
    assert_null(files_get(files, UINT64_MAX));
    assert_null(files_get(files, FILES_DESCRIPTORS));
    vmm_machine_free(machine);
}

/* --- the second wall ------------------------------------------------------------------------- */

static void open_a_file(void)
{
    (void)!open("/etc/passwd", O_RDONLY);
}

static void execute(void)
{
    execl("/bin/true", "true", NULL);
}

static void make_a_process(void)
{
    (void)!fork();
}

static void map_executable_memory(void)
{
    mmap(NULL, PAGE_BYTES, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void type_into_the_terminal(void)
{
    ioctl(0, TIOCSTI, "x");
}

static void read_and_allocate(void)
{
    char byte;
    (void)!read(0, &byte, 0);
    munmap(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0), PAGE_BYTES);
}

/* How a confined process that does this ends: the wait status. */
static int end_of_confined(void (*deed)(void))
{
    struct error error;
    int status;
    pid_t pid = fork();

    if (pid == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        if (minivmm_confine(&error) < 0)
            _exit(9);
        deed();
        _exit(3);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return status;
}

static void a_confined_process_can_reach_nothing_new(void **state)
{
    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* it has needs of its own, and the filter is not loaded */
#endif
    void (*const forbidden[])(void) = {open_a_file, execute, make_a_process, map_executable_memory,
                                       type_into_the_terminal};

    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        int status = end_of_confined(forbidden[i]);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGSYS);
    }
    int status = end_of_confined(read_and_allocate);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

/* --- the table ------------------------------------------------------------------------------ */

static void calls_that_are_not_there_answer_enosys_and_are_named(void **state)
{
    (void)state;
    struct minivmm *machine = vmm_machine_new(16 << 20);
    const uint64_t args[6] = {0};
    char text[100];

    assert_int_equal(syscalls_list_missing(machine, text, sizeof text), 0);
    assert_int_equal(syscalls_serve(machine, 57, args), -ENOSYS);
    assert_int_equal(syscalls_serve(machine, 41, args), -ENOSYS);
    assert_int_equal(syscalls_serve(machine, 57, args), -ENOSYS);
    assert_int_equal(syscalls_serve(machine, 511, args), -ENOSYS);
    assert_int_equal(syscalls_serve(machine, UINT64_MAX, args), -ENOSYS);
    assert_true(syscalls_list_missing(machine, text, sizeof text) > 0);
    assert_string_equal(text, "socket, fork, system call 511, numbers that no call has");
    assert_true(syscalls_list_missing(machine, text, 10) > 0);
    assert_string_equal(text, "socket, f");
    vmm_machine_free(machine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_small_file_is_read_and_mapped),
        cmocka_unit_test(the_nearest_symbol_is_found),
        cmocka_unit_test(damaged_symbol_tables_are_survived),
        cmocka_unit_test(headers_that_make_no_sense_are_refused),
        cmocka_unit_test(truncation_anywhere_is_refused),
        cmocka_unit_test(a_needed_library_is_refused_and_static_pie_is_not),
        cmocka_unit_test(the_stack_is_as_the_abi_has_it),
        cmocka_unit_test(arguments_beyond_a_quarter_of_the_stack_are_refused),
        cmocka_unit_test(names_are_resolved_without_the_host),
        cmocka_unit_test(descriptors_run_out_in_order),
        cmocka_unit_test(a_confined_process_can_reach_nothing_new),
        cmocka_unit_test(calls_that_are_not_there_answer_enosys_and_are_named),
    };
    return cmocka_run_group_tests_name("minivmm program", tests, NULL, NULL);
}
