/* SPDX-License-Identifier: MIT */
/* Does the wrong thing that its argument names. Each is a fault; to come back is status 1. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int write_to_null(void)
{
    /* cppcheck-suppress nullPointer */
    *(volatile int *)0 = 1;
    return 1;
}

static int read_null_field(void)
{
    return *(volatile int *)0x80 | 1;
}

static int write_to_text(void)
{
    *(volatile char *)(uintptr_t)write_to_null = 1;
    return 1;
}

static int write_to_constant(void)
{
    static const char constant[] = "constant";
    *(volatile char *)(uintptr_t)constant = 'x';
    return 1;
}

static int execute_data(void)
{
    static unsigned char data[] = {0xc3};
    ((void (*)(void))(uintptr_t)data)();
    return 1;
}

static int execute_stack(void)
{
    volatile unsigned char code[] = {0xc3};
    ((void (*)(void))(uintptr_t)code)();
    return 1;
}

static int illegal_instruction(void)
{
    __asm__ volatile("ud2");
    return 1;
}

static int division(void)
{
    __asm__ volatile("idivl %2" : : "a"(1), "d"(0), "r"(0) : "cc");
    return 1;
}

__attribute__((noinline)) static int recurse(volatile char *outer)
{
    if (*outer == 1)
        return 1;
    volatile char frame[4096];
    frame[0] = *outer;
    return recurse(frame) + frame[0];
}

static int stack_overflow(void)
{
    char start = 0;
    return recurse(&start);
}

static int wild_pointer(void)
{
    return *(volatile int *)0x123456789000 | 1;
}

static int noncanonical_pointer(void)
{
    return *(volatile int *)0x8000000000000000 | 1;
}

static int privileged_instruction(void)
{
    __asm__ volatile("hlt");
    return 1;
}

static int breakpoint(void)
{
    __asm__ volatile("int3");
    return 1;
}

static int software_interrupt(void)
{
    __asm__ volatile("int $0x80" : : "a"(20));
    return 1;
}

static int port(void)
{
    __asm__ volatile("outb %%al, $0x80" : : "a"(0));
    return 1;
}

/* The machine's own hypercall port, used by the program itself. */
static int hypercall_port(void)
{
    __asm__ volatile("outb %%al, $0x05" : : "a"(60), "D"(0));
    return 1;
}

static int protected_memory(void)
{
    volatile char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    mprotect((void *)page, 4096, PROT_READ);
    page[0] = 2;
    return 1;
}

static int no_access_memory(void)
{
    volatile char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    mprotect((void *)page, 4096, PROT_NONE);
    return page[0] | 1;
}

static int unmapped_memory(void)
{
    volatile char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    page[0] = 1;
    munmap((void *)page, 4096);
    return page[0] | 1;
}

/* What the machine keeps above the program: ring 3 must not reach it. */
static int machine_tables(void)
{
    return *(volatile int *)0x7fffffffd000 | 1;
}

static int machine_stack(void)
{
    *(volatile int *)0x7fffffffe000 = 1;
    return 1;
}

static int machine_entry_write(void)
{
    *(volatile int *)0x7fffffffb000 = 1;
    return 1;
}

static int machine_fault_entry(void)
{
    ((void (*)(void))0x7fffffffc000)();
    return 1;
}

/* Jump to where SYSCALL goes, without SYSCALL: it must not give ring 0. */
static int machine_entry(void)
{
    register uint64_t rcx __asm__("rcx") = 0x10;
    __asm__ volatile("jmp *%1" : : "a"(39), "r"(0x7fffffffb000), "r"(rcx));
    return 1;
}

static int floating_point(void)
{
    unsigned control = 0x1f80 & ~(1u << 9); /* MXCSR: division by zero traps */
    volatile double zero = 0;
    __asm__ volatile("ldmxcsr %0" : : "m"(control));
    return (int)(1 / zero) | 1;
}

static int abortion(void)
{
    abort();
}

static int quit_by_signal(void)
{
    raise(SIGTERM);
    return 1;
}

static const struct {
    const char *name;
    int (*fault)(void);
} faults[] = {
    {"null-write",          write_to_null         },
    {"null-field",          read_null_field       },
    {"text",                write_to_text         },
    {"constant",            write_to_constant     },
    {"execute-data",        execute_data          },
    {"execute-stack",       execute_stack         },
    {"illegal",             illegal_instruction   },
    {"division",            division              },
    {"stack",               stack_overflow        },
    {"wild",                wild_pointer          },
    {"noncanonical",        noncanonical_pointer  },
    {"privileged",          privileged_instruction},
    {"breakpoint",          breakpoint            },
    {"interrupt",           software_interrupt    },
    {"port",                port                  },
    {"hypercall-port",      hypercall_port        },
    {"protected",           protected_memory      },
    {"no-access",           no_access_memory      },
    {"unmapped",            unmapped_memory       },
    {"machine-tables",      machine_tables        },
    {"machine-stack",       machine_stack         },
    {"machine-entry-write", machine_entry_write   },
    {"machine-fault-entry", machine_fault_entry   },
    {"machine-entry",       machine_entry         },
    {"floating-point",      floating_point        },
    {"abort",               abortion              },
    {"terminate",           quit_by_signal        },
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        if (argc == 1)
            puts(faults[i].name);
        else if (strcmp(argv[1], faults[i].name) == 0)
            return faults[i].fault();
    }
    return argc > 1 ? 2 : 0;
}
