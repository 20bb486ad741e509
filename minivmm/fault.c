/* SPDX-License-Identifier: MIT */
#include "minivmm/fault.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>

/* Exceptions and the signals that Linux makes of them (Intel SDM volume 3, table 6-1). */
static const struct {
    const char *name;
    int signal;
} exceptions[CPU_VECTORS] = {
    [0] = {"division error (#DE)",            SIGFPE },
    [1] = {"debug trap (#DB)",                SIGTRAP},
    [3] = {"breakpoint (#BP)",                SIGTRAP},
    [4] = {"overflow (#OF)",                  SIGSEGV},
    [5] = {"bound range exceeded (#BR)",      SIGSEGV},
    [6] = {"undefined opcode (#UD)",          SIGILL },
    [7] = {"no floating-point unit (#NM)",    SIGFPE },
    [8] = {"double fault (#DF)",              SIGSEGV},
    [10] = {"invalid TSS (#TS)",               SIGSEGV},
    [11] = {"segment not present (#NP)",       SIGBUS },
    [12] = {"stack segment fault (#SS)",       SIGBUS },
    [13] = {"general protection fault (#GP)",  SIGSEGV},
    [14] = {"page fault",                      SIGSEGV},
    [16] = {"floating-point error",            SIGFPE },
    [17] = {"misaligned access (#AC)",         SIGBUS },
    [19] = {"SIMD floating-point error (#XM)", SIGFPE },
    [21] = {"control protection fault (#CP)",  SIGSEGV},
};

/* Bits of a page fault's error code (Intel SDM volume 3, section 4.7). */
enum { ERROR_WRITE = 1 << 1, ERROR_FETCH = 1 << 4 };

/* What the program did wrong, from where it reached for and what is mapped there. */
static const char *explain_page_fault(const struct minivmm *machine, const struct cpu_fault *fault)
{
    const struct space *space = &machine->space;
    uint64_t stack_bottom = SPACE_STACK_TOP - space->stack_bytes;
    struct page page;

    if (fault->cr2 < SPACE_START)
        return "null pointer";
    if (fault->cr2 < stack_bottom && fault->cr2 >= stack_bottom - SPACE_GUARD)
        return "stack overflow";
    if (!pagetable_find(&space->table, fault->cr2, &page) || (page.access & PAGE_SUPERVISOR))
        return "nothing is mapped there";
    if ((fault->error_code & ERROR_FETCH) && !(page.access & PAGE_EXECUTE))
        return "data is not executable";
    if ((fault->error_code & ERROR_WRITE) && !(page.access & PAGE_WRITE))
        return page.access & PAGE_EXECUTE ? "program text is not writable" : "memory is read-only";
    return "access is not allowed";
}

void fault_end(struct minivmm *machine, const struct cpu_fault *fault)
{
    unsigned vector = fault->vector < CPU_VECTORS ? fault->vector : 0;
    const char *name = exceptions[vector].name ? exceptions[vector].name : "unknown exception";
    int signal = exceptions[vector].signal ? exceptions[vector].signal : SIGSEGV;
    char symbol[96], where[128] = "", *report = machine->outcome.report;
    uint64_t offset;

    machine_end(machine, MINIVMM_SIGNALLED, signal);
    if (elf_find_symbol(&machine->elf, machine->program_fd, fault->rip, symbol, sizeof symbol,
                        &offset))
        snprintf(where, sizeof where, ", in %s+0x%" PRIx64, symbol, offset);
    if (vector == 14)
        snprintf(report, sizeof machine->outcome.report,
                 "page fault (#PF) %s address 0x%" PRIx64 " at RIP 0x%" PRIx64 "%s: %s",
                 fault->error_code & ERROR_FETCH   ? "executing"
                 : fault->error_code & ERROR_WRITE ? "writing"
                                                   : "reading",
                 fault->cr2, fault->rip, where, explain_page_fault(machine, fault));
    else
        snprintf(report, sizeof machine->outcome.report, "%s at RIP 0x%" PRIx64 "%s", name,
                 fault->rip, where);
}
