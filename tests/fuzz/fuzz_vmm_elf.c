/* SPDX-License-Identifier: MIT */
/* libFuzzer: any bytes as the file of `minivmm run`: headers, segments, stack, symbols. */
#include <sys/mman.h>
#include <unistd.h>

#include "minivmm/cpu.h"
#include "minivmm/stack.h"
#include "tests/unit/vmm_machine.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *argv[] = {(char[]){"fuzz"}, NULL}, *envp[] = {NULL};
    struct minivmm *machine = vmm_machine_new(8 << 20);
    struct elf *elf = &machine->elf;
    struct error error;
    char name[32];
    uint64_t rsp, offset;

    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    if (fd < 0 || write(fd, data, size) != (ssize_t)size)
        abort();
    if (elf_read(elf, fd, size, "fuzz", &error) == 0 &&
        elf_map(elf, fd, &machine->space, "fuzz", &error) == 0 &&
        cpu_map_pages(&machine->space, &error) == 0 &&
        stack_create(&machine->space, elf, "/fuzz", argv, envp, &rsp, &error) == 0) {
        struct page page;
        /* What was accepted can be entered. */
        if (!pagetable_find(&machine->space.table, elf->entry, &page) ||
            !(page.access & PAGE_EXECUTE) || (page.access & PAGE_SUPERVISOR))
            abort();
        elf_find_symbol(elf, fd, elf->entry, name, sizeof name, &offset);
    }
    close(fd);
    vmm_machine_free(machine);
    return 0;
}
