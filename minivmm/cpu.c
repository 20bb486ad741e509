/* SPDX-License-Identifier: MIT */
#include "minivmm/cpu.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/auxv.h>

#include "minivmm/gateway.h"
#include "minivmm/kvm.h"

/* Control registers and EFER: Intel SDM volume 3, sections 2.5 and 2.2.1. */
#define CR0_PE       (1u << 0)
#define CR0_MP       (1u << 1)
#define CR0_ET       (1u << 4)
#define CR0_NE       (1u << 5)
#define CR0_WP       (1u << 16)
#define CR0_AM       (1u << 18)
#define CR0_PG       (1u << 31)
#define CR4_PAE      (1u << 5)
#define CR4_OSFXSR   (1u << 9)
#define CR4_OSXMMEX  (1u << 10)
#define CR4_FSGSBASE (1u << 16)
#define CR4_OSXSAVE  (1u << 18)
#define EFER_SCE     (1u << 0)
#define EFER_LME     (1u << 8)
#define EFER_LMA     (1u << 10)
#define EFER_NX      (1u << 11)

/* Volume 4, table 2-2; AMD APM volume 2, section 6.1.1. */
#define MSR_STAR  0xc0000081u
#define MSR_LSTAR 0xc0000082u
#define MSR_FMASK 0xc0000084u

/* SYSCALL clears what must not be carried into ring 0: TF, DF, NT, AC, and IF, IOPL for good
 * measure. */
#define FMASK_VALUE 0x47700u

#define HWCAP2_FSGSBASE 2ul /* the kernel's asm/hwcap2.h */

/* What lies where in CPU_PAGE_TABLES. */
struct tables {
    uint64_t gdt[8];
    struct {
        uint32_t reserved0;
        uint64_t rsp0; /* where exceptions from ring 3 find ring 0's stack */
        uint8_t unused[88];
        uint16_t reserved1;
        uint16_t bitmap_offset;
        /* One bit per I/O port: 0 lets ring 3 use it. The processor reads one byte too many. */
        uint8_t bitmap[CPU_PORT_FAULT / 8];
        uint8_t bitmap_end;
    } __attribute__((packed)) tss;
    struct {
        uint16_t offset_low, selector, attributes, offset_middle;
        uint32_t offset_high, reserved;
    } idt[CPU_VECTORS] __attribute__((aligned(16)));
};
_Static_assert(offsetof(struct tables, tss.rsp0) - offsetof(struct tables, tss) == 4,
               "TSS, SDM 8.7");
_Static_assert(offsetof(struct tables, tss.bitmap_offset) - offsetof(struct tables, tss) == 102,
               "TSS, SDM 8.7");
_Static_assert(sizeof(((struct tables *)0)->idt[0]) == 16, "IDT gate, SDM 6.14.1");
_Static_assert(sizeof(struct tables) <= PAGE_BYTES, "the tables fit into a page");

#define TSS_LIMIT (sizeof(((struct tables *)0)->tss) - 1)

/*
 * Where SYSCALL arrives. On hardware it arrives in ring 0, and goes back by SYSRET. The software
 * back end stays in ring 3, where OUT needs the TSS's permission and SYSRET would fault; there the
 * VMM goes back in its stead (serve_syscall() in vcpu.c).
 */
/* clang-format off */
static const uint8_t syscall_entry[] = {
    0xe6, CPU_PORT_SYSCALL, /* out %al, $CPU_PORT_SYSCALL */
    0x48, 0x0f, 0x07,       /* sysretq */
};
/* clang-format on */

static void fill_tables(struct tables *tables)
{
    uint64_t tss = CPU_PAGE_TABLES + offsetof(struct tables, tss);

    /* Segment descriptors, SDM 3.4.5; base and limit mean nothing in long mode. */
    tables->gdt[SELECTOR_CODE0 / 8] = 0x00af9b000000ffff;
    tables->gdt[SELECTOR_DATA0 / 8] = 0x00cf93000000ffff;
    tables->gdt[SELECTOR_DATA3 / 8] = 0x00cff3000000ffff;
    tables->gdt[SELECTOR_CODE3 / 8] = 0x00affb000000ffff;
    tables->gdt[SELECTOR_TSS / 8] =
        TSS_LIMIT | (tss & 0xffffff) << 16 | UINT64_C(0x8b) << 40 | (tss >> 24 & 0xff) << 56;
    tables->gdt[SELECTOR_TSS / 8 + 1] = tss >> 32;

    tables->tss.rsp0 = CPU_PAGE_STACK + PAGE_BYTES;
    tables->tss.bitmap_offset = offsetof(struct tables, tss.bitmap) - offsetof(struct tables, tss);
    memset(tables->tss.bitmap, 0xff, sizeof tables->tss.bitmap + 1);
    tables->tss.bitmap[CPU_PORT_SYSCALL / 8] &= (uint8_t) ~(1u << CPU_PORT_SYSCALL % 8);

    for (unsigned vector = 0; vector < CPU_VECTORS; vector++) {
        uint64_t entry = CPU_PAGE_FAULTS + vector * 2;
        /* Interrupt gates, present; INT3 and INTO may be used by ring 3 itself (SDM 6.14.1). */
        tables->idt[vector].attributes = vector == 3 || vector == 4 ? 0xee00 : 0x8e00;
        tables->idt[vector].selector = SELECTOR_CODE0;
        tables->idt[vector].offset_low = (uint16_t)entry;
        tables->idt[vector].offset_middle = (uint16_t)(entry >> 16);
        tables->idt[vector].offset_high = (uint32_t)(entry >> 32);
    }
}

int cpu_map_pages(struct space *space, struct error *error)
{
    static const unsigned access[] = {
        PAGE_READ | PAGE_EXECUTE, PAGE_READ | PAGE_EXECUTE | PAGE_SUPERVISOR,
        PAGE_READ | PAGE_WRITE | PAGE_SUPERVISOR, PAGE_READ | PAGE_WRITE | PAGE_SUPERVISOR};
    uint8_t *host[4];

    for (unsigned i = 0; i < 4; i++) {
        uint64_t gpa;
        if (memory_take_table(space->memory, &gpa) < 0 ||
            pagetable_map(&space->table, CPU_PAGE_SYSCALL + i * PAGE_BYTES, gpa, PAGE_BYTES,
                          access[i], false) < 0)
            return error_set_errno(error, ENOMEM, "no memory for the machine's own pages");
        host[i] = memory_at(space->memory, gpa, PAGE_BYTES);
    }
    memcpy(host[0], syscall_entry, sizeof syscall_entry);
    for (unsigned vector = 0; vector < CPU_VECTORS; vector++) {
        host[1][vector * 2] = 0xe6; /* out %al, $CPU_PORT_FAULT + vector; nobody comes back */
        host[1][vector * 2 + 1] = (uint8_t)(CPU_PORT_FAULT + vector);
    }
    fill_tables((struct tables *)host[2]);
    return 0;
}

void cpu_fill_sregs(struct kvm_sregs *sregs, uint64_t page_table_root, bool fsgsbase)
{
    struct kvm_segment data = {
        .limit = 0xffffffff,
        .selector = SELECTOR_DATA3,
        .type = 3, /* data, writable, accessed */
        .present = 1,
        .dpl = 3,
        .db = 1,
        .s = 1,
        .g = 1,
    };

    sregs->ds = sregs->es = sregs->fs = sregs->gs = sregs->ss = data;
    sregs->cs = data;
    sregs->cs.selector = SELECTOR_CODE3;
    sregs->cs.type = 11; /* code, readable, accessed */
    sregs->cs.db = 0;
    sregs->cs.l = 1; /* 64-bit */
    sregs->tr = (struct kvm_segment){
        .base = CPU_PAGE_TABLES + offsetof(struct tables, tss),
        .limit = TSS_LIMIT,
        .selector = SELECTOR_TSS,
        .type = 11 /* 64-bit TSS, busy */,
        .present = 1,
    };
    sregs->ldt = (struct kvm_segment){.unusable = 1};
    sregs->gdt.base = CPU_PAGE_TABLES + offsetof(struct tables, gdt);
    sregs->gdt.limit = sizeof(((struct tables *)0)->gdt) - 1;
    sregs->idt.base = CPU_PAGE_TABLES + offsetof(struct tables, idt);
    sregs->idt.limit = sizeof(((struct tables *)0)->idt) - 1;

    sregs->cr0 = CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | CR0_AM | CR0_PG;
    sregs->cr3 = page_table_root;
    sregs->cr4 = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEX | CR4_OSXSAVE | (fsgsbase ? CR4_FSGSBASE : 0);
    sregs->efer = EFER_SCE | EFER_LME | EFER_LMA | EFER_NX;
}

int cpu_set_registers(int vcpu_fd, uint64_t page_table_root, uint64_t xcr0,
                      const struct trace *trace, struct error *error)
{
    static const struct trace_step sregs_step = {
        "special registers", "ioctl(KVM_GET_SREGS), ioctl(KVM_SET_SREGS)",
        "put the vCPU straight into long mode, ring 3, with page tables, GDT, IDT and TSS in place",
        "KVM API 4.13, 4.14; Intel SDM volume 3, chapters 2, 3 and 8"};
    static const struct trace_step msr_step = {
        "system call entry", "ioctl(KVM_SET_MSRS)",
        "SYSCALL jumps to the address in MSR LSTAR: one OUT there leaves the machine",
        "KVM API 4.19; AMD APM volume 2, section 6.1.1"};
    static const struct trace_step xcr_step = {
        "extended registers", "ioctl(KVM_SET_XCRS)",
        "switch on AVX and AVX-512 as the host has them, else the C library's memcpy faults",
        "KVM API 4.45; Intel SDM volume 1, chapter 13"};
    /* clang-format off */
    struct {
        struct kvm_msrs header;
        struct kvm_msr_entry entries[3];
    } msrs = {
        .header.nmsrs = 3,
        .entries = {
            /* SYSRET takes CS from here + 16 and SS from here + 8. */
            {.index = MSR_STAR,
             .data = (uint64_t)(SELECTOR_CODE3 - 16) << 48 | (uint64_t)SELECTOR_CODE0 << 32},
            {.index = MSR_LSTAR, .data = CPU_PAGE_SYSCALL},
            {.index = MSR_FMASK, .data = FMASK_VALUE},
        },
    };
    /* clang-format on */
    struct kvm_xcrs xcrs = {.nr_xcrs = 1, .xcrs[0].value = xcr0};
    struct kvm_sregs sregs;

    int64_t start = trace_start(trace);
    if (kvm_ioctl(vcpu_fd, KVM_SET_XCRS, &xcrs) < 0)
        return error_set_errno(error, errno, "cannot set XCR0 to %#llx (KVM_SET_XCRS)",
                               (unsigned long long)xcrs.xcrs[0].value);
    trace_end(trace, TRACE_STEP, &xcr_step, start, NULL);

    start = trace_start(trace);
    if (kvm_ioctl(vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
        return error_set_errno(error, errno, "cannot read special registers (KVM_GET_SREGS)");
    cpu_fill_sregs(&sregs, page_table_root, (getauxval(AT_HWCAP2) & HWCAP2_FSGSBASE) != 0);
    if (kvm_ioctl(vcpu_fd, KVM_SET_SREGS, &sregs) < 0)
        return error_set_errno(error, errno, "cannot set special registers (KVM_SET_SREGS)");
    trace_end(trace, TRACE_STEP, &sregs_step, start, NULL);

    start = trace_start(trace);
    int count = kvm_ioctl(vcpu_fd, KVM_SET_MSRS, &msrs);
    if (count != (int)msrs.header.nmsrs)
        return error_set_errno(error, count < 0 ? errno : EINVAL,
                               "cannot set MSR %#x (KVM_SET_MSRS)",
                               count >= 0 ? msrs.entries[count].index : msrs.entries[0].index);
    trace_end(trace, TRACE_STEP, &msr_step, start, NULL);
    return 0;
}

/* Exceptions that push an error code (Intel SDM volume 3, table 6-1). */
static bool has_error_code(unsigned vector)
{
    return vector == 8 || (vector >= 10 && vector <= 14) || vector == 17 || vector == 21;
}

bool cpu_read_fault(const struct space *space, const struct kvm_run *run, struct cpu_fault *fault)
{
    /* error code, RIP, CS, RFLAGS, RSP, SS: Intel SDM volume 3, figure 6-9 */
    uint64_t frame[6] = {0};
    uint64_t rsp = run->s.regs.regs.rsp;
    unsigned vector = run->io.port - CPU_PORT_FAULT;
    uint64_t bytes = has_error_code(vector) ? sizeof frame : sizeof frame - 8;
    struct page page;

    *fault = (struct cpu_fault){.vector = vector, .cr2 = run->s.regs.sregs.cr2};
    if (rsp < CPU_PAGE_STACK || rsp > CPU_PAGE_STACK + PAGE_BYTES - bytes ||
        !pagetable_find(&space->table, CPU_PAGE_STACK, &page))
        return false;
    const void *stack = memory_at(space->memory, page.gpa + rsp % PAGE_BYTES, bytes);
    if (!stack)
        return false;
    memcpy((uint8_t *)frame + (sizeof frame - bytes), stack, bytes);
    fault->error_code = frame[0];
    fault->rip = frame[1];
    fault->rflags = frame[3];
    fault->rsp = frame[4];
    return true;
}
