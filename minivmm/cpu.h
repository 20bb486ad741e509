/* SPDX-License-Identifier: MIT */
/*
 * The vCPU as an operating system would have left it just before it enters a program: long mode,
 * ring 3, descriptor tables, system call entry, extended registers. Nothing of that needs to run in
 * the guest; it is all written from outside.
 */
#ifndef MINIVMM_CPU_H
#define MINIVMM_CPU_H

#include <linux/kvm.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/error.h"
#include "common/trace.h"
#include "minivmm/space.h"

/* The machine's own pages, above the program's. Ring 3 may execute the first and see no other. */
#define CPU_PAGE_SYSCALL UINT64_C(0x00007fffffffb000) /* where SYSCALL goes (MSR LSTAR) */
#define CPU_PAGE_FAULTS  UINT64_C(0x00007fffffffc000) /* one entry per exception */
#define CPU_PAGE_TABLES  UINT64_C(0x00007fffffffd000) /* GDT, TSS, IDT */
#define CPU_PAGE_STACK   UINT64_C(0x00007fffffffe000) /* ring 0's stack: exception frames */
/* The last page of the lower half stays empty: SYSRET to an address beyond it would fault. */

/* The hypercalls: one byte written to an I/O port. */
enum {
    CPU_PORT_SYSCALL = 0x05,
    CPU_PORT_FAULT = 0x40, /* + the exception's vector */
    CPU_VECTORS = 32,
};

/* GDT selectors. SYSCALL and SYSRET find theirs by fixed distances (AMD APM volume 2, 6.1.1). */
enum {
    SELECTOR_CODE0 = 0x08,
    SELECTOR_DATA0 = 0x10,
    SELECTOR_DATA3 = 0x20 | 3,
    SELECTOR_CODE3 = 0x28 | 3,
    SELECTOR_TSS = 0x30,
};

/* Take the machine's pages from memory, map them and fill them in. */
int cpu_map_pages(struct space *space, struct error *error);

/* Fill *sregs (as KVM_GET_SREGS gave it) for ring 3 in long mode with these page tables. */
void cpu_fill_sregs(struct kvm_sregs *sregs, uint64_t page_table_root, bool fsgsbase);

/* Set XCR0, MSRs and special registers of a vCPU whose CPUID is set. */
int cpu_set_registers(int vcpu_fd, uint64_t page_table_root, uint64_t xcr0,
                      const struct trace *trace, struct error *error);

/* Set CPUID to what KVM supports; *xcr0 is then what cpu_set_registers() can set as XCR0. */
int cpu_set_cpuid(int kvm_fd, int vcpu_fd, uint64_t *xcr0, const struct trace *trace,
                  struct error *error);

/* What the processor pushed on ring 0's stack for an exception. */
struct cpu_fault {
    unsigned vector;
    uint64_t error_code; /* 0 where the exception has none */
    uint64_t rip, rflags, rsp;
    uint64_t cr2; /* of a page fault: the address */
};

/* Read the frame after an exit on CPU_PORT_FAULT + vector. False: the stack makes no sense. */
bool cpu_read_fault(const struct space *space, const struct kvm_run *run, struct cpu_fault *fault);

#endif
