/* SPDX-License-Identifier: MIT */
/* libFuzzer: any sequence of system calls with any arguments, served without a vCPU. */
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "minivmm/cpu.h"
#include "minivmm/syscalls.h"
#include "tests/unit/vmm_machine.h"

#define HEAP_VA UINT64_C(0x10000000)

enum { MEMORY = 8 << 20, CALLS_MAX = 32 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

/* The program's 0 and 1 lead nowhere; its 2 is 1 too, since the fuzzer writes to ours. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0)
        abort();
    return 0;
}

/* Calls that wait for as long as they are told to. */
static bool waits(uint64_t number)
{
    return number == SYS_nanosleep || number == SYS_clock_nanosleep || number == SYS_poll;
}

static uint8_t next_byte(const uint8_t **data, size_t *size)
{
    if (*size == 0)
        return 0;
    --*size;
    return *(*data)++;
}

/* Arguments that reach somewhere are rare among random ones: choose their kind first. */
static uint64_t next_argument(const uint8_t **data, size_t *size)
{
    static const uint64_t places[] = {
        HEAP_VA,         SPACE_STACK_TOP, SPACE_END,         CPU_PAGE_SYSCALL,
        CPU_PAGE_TABLES, SPACE_START,     UINT64_C(1) << 47, 0};
    uint8_t kind = next_byte(data, size);
    uint64_t value = next_byte(data, size);

    switch (kind % 5) {
    case 0:
        return value;
    case 1:
        return value << 12;
    case 2: /* at or just before a place, or some pages behind it */
        return places[value % 8] + (value >> 3) * 0x800 - 16;
    case 3:
        return -value;
    default:
        for (int i = 0; i < 7; i++)
            value = value << 8 | next_byte(data, size);
        return value;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct minivmm *machine = vmm_machine_new(MEMORY);
    struct space *space = &machine->space;
    struct error error;

    if (space_map(space, HEAP_VA, 16 * PAGE_BYTES, PAGE_READ | PAGE_WRITE) < 0 ||
        cpu_map_pages(space, &error) < 0)
        abort();
    space->brk_start = space->brk = HEAP_VA + 64 * PAGE_BYTES;
    space->pages = size > 0 ? data[0] % 3 : MINIVMM_PAGES_AUTO;
    machine->files.open[2].host = 1;
    /* The input itself is what the guest's memory holds. */
    if (gateway_write(space, guest_pointer(HEAP_VA), data, size < 4096 ? size : 4096) < 0)
        abort();
    for (int i = 0; i < CALLS_MAX && size > 0 && !machine->ended; i++) {
        uint64_t args[6], number = next_byte(&data, &size);
        number |= (uint64_t)(next_byte(&data, &size) & 3) << 8;
        for (int j = 0; j < 6; j++)
            args[j] = next_argument(&data, &size);
        if (!waits(number))
            syscalls_serve(machine, number, args);
    }
    /* The machine's own pages are as they were, whatever was asked. */
    struct page page;
    if (!pagetable_find(&space->table, CPU_PAGE_TABLES, &page) ||
        page.access != (PAGE_READ | PAGE_WRITE | PAGE_SUPERVISOR) ||
        space->memory->plugged > MEMORY)
        abort();
    vmm_machine_free(machine);
    return 0;
}
