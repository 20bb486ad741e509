/* SPDX-License-Identifier: MIT */
/* Registers, MSRs and local APIC before the kernel's first instruction. */
#include "minivmm/boot/cpu_start.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "minivmm/kvm.h"

/* Control registers and EFER: Intel SDM volume 3, sections 2.5 and 2.2.1. */
#define CR0_PE   (1u << 0)
#define CR0_ET   (1u << 4)
#define CR0_PG   (1u << 31)
#define CR4_PAE  (1u << 5)
#define EFER_LME (1u << 8)
#define EFER_LMA (1u << 10)

/* Types of segments: SDM volume 3, 3.4.5.1 and 3.5. */
enum { TYPE_DATA = 3, TYPE_CODE = 11, TYPE_TSS = 11 };

/* --- what firmware leaves behind ------------------------------------------------------------- */

/* SDM volume 4, table 2-2. */
#define MSR_MISC_ENABLE   0x1a0u
#define MISC_FAST_STRINGS UINT64_C(1)
#define MISC_NO_BTS       (UINT64_C(1) << 11) /* no branch trace store */
#define MISC_NO_PEBS      (UINT64_C(1) << 12) /* no event based sampling */
#define MSR_MTRR_DEFAULT  0x2ffu
#define MTRR_ENABLE       (UINT64_C(1) << 11)
#define MTRR_WRITE_BACK   UINT64_C(6)

int cpu_start_firmware(int vcpu_fd, bool intel, struct error *error)
{
    struct {
        struct kvm_msrs header;
        struct kvm_msr_entry entries[2];
    } msrs = {
        .header.nmsrs = intel ? 2 : 1,
        .entries =
            {
                      /* Memory can be cached: else Linux takes it that nobody set this up, and does
                      * without its own tables of caching, too. */
                {.index = MSR_MTRR_DEFAULT, .data = MTRR_ENABLE | MTRR_WRITE_BACK},
                      /* Off after a reset; without it Linux copies memory in slower ways. */
                {.index = MSR_MISC_ENABLE, .data = MISC_FAST_STRINGS | MISC_NO_BTS | MISC_NO_PEBS},
                      },
    };
    int count = kvm_ioctl(vcpu_fd, KVM_SET_MSRS, &msrs);

    if (count != (int)msrs.header.nmsrs)
        return error_set_errno(error, count < 0 ? errno : EINVAL,
                               "cannot set MSR %#x (KVM_SET_MSRS)",
                               msrs.entries[count > 0 ? count : 0].index);
    return 0;
}

/* Registers of the local APIC, SDM volume 3, 11.5.1. */
enum {
    APIC_LVT_LINT0 = 0x350,
    APIC_LVT_LINT1 = 0x360,
    APIC_MODE_NMI = 4 << 8,
    APIC_MODE_EXTINT = 7 << 8,
};

/*
 * Virtual wire mode: what the old interrupt controller raises arrives as LINT0 at the first
 * processor, and LINT1 is the non-maskable interrupt (Intel MultiProcessor Specification, 3.6.2.2).
 * On the others INIT masks both. The old controller is there, though ACPI does not tell of it, and
 * its lines are raised with the IOAPIC's; Linux switches the local APIC off and on again before
 * interrupts are on, and masks LINT0.
 */
static int set_apic(int vcpu_fd, struct error *error)
{
    static const uint32_t lint0 = APIC_MODE_EXTINT, lint1 = APIC_MODE_NMI;
    struct kvm_lapic_state apic;

    if (kvm_ioctl(vcpu_fd, KVM_GET_LAPIC, &apic) < 0)
        return error_set_errno(error, errno, "cannot read the local APIC (KVM_GET_LAPIC)");
    memcpy(apic.regs + APIC_LVT_LINT0, &lint0, sizeof lint0);
    memcpy(apic.regs + APIC_LVT_LINT1, &lint1, sizeof lint1);
    if (kvm_ioctl(vcpu_fd, KVM_SET_LAPIC, &apic) < 0)
        return error_set_errno(error, errno, "cannot set the local APIC (KVM_SET_LAPIC)");
    return 0;
}

/* --- what the boot loader leaves behind ------------------------------------------------------ */

void cpu_start_fill(const struct kernel_start *start, struct kvm_sregs *sregs,
                    struct kvm_regs *regs)
{
    const bool long_mode = start->protocol == MINIVMM_PROTOCOL_LINUX;
    /* Flat: base 0 and all of 4 GiB. */
    const struct kvm_segment data = {
        .limit = 0xffffffff,
        .selector = KERNEL_DS,
        .type = TYPE_DATA,
        .present = 1,
        .db = 1,
        .s = 1,
        .g = 1,
    };

    sregs->ds = sregs->es = sregs->ss = sregs->fs = sregs->gs = sregs->cs = data;
    sregs->cs.type = TYPE_CODE;
    sregs->cs.selector = long_mode ? KERNEL_CS64 : KERNEL_CS32;
    sregs->cs.l = long_mode;
    sregs->cs.db = !long_mode;
    /* Nothing uses it, but the processor insists on a task register that makes sense. */
    sregs->tr =
        (struct kvm_segment){.limit = 0x67, .selector = KERNEL_TSS, .type = TYPE_TSS, .present = 1};
    sregs->ldt = (struct kvm_segment){.unusable = 1};
    sregs->gdt = (struct kvm_dtable){.base = start->gdt, .limit = KERNEL_GDT_BYTES - 1};
    sregs->idt = (struct kvm_dtable){0};

    sregs->cr0 = CR0_PE | CR0_ET | (long_mode ? CR0_PG : 0);
    sregs->cr3 = long_mode ? start->page_tables : 0;
    sregs->cr4 = long_mode ? CR4_PAE : 0;
    sregs->efer = long_mode ? EFER_LME | EFER_LMA : 0;

    *regs = (struct kvm_regs){.rip = start->entry, .rflags = 2 /* always 1; interrupts are off */};
    if (long_mode)
        regs->rsi = start->parameter;
    else
        regs->rbx = start->parameter;
}

int cpu_start_first(int vcpu_fd, const struct kernel_start *start, struct error *error)
{
    struct kvm_sregs sregs;
    struct kvm_regs regs;

    if (kvm_ioctl(vcpu_fd, KVM_GET_SREGS, &sregs) < 0)
        return error_set_errno(error, errno, "cannot read special registers (KVM_GET_SREGS)");
    cpu_start_fill(start, &sregs, &regs);
    if (kvm_ioctl(vcpu_fd, KVM_SET_SREGS, &sregs) < 0)
        return error_set_errno(error, errno, "cannot set special registers (KVM_SET_SREGS)");
    if (kvm_ioctl(vcpu_fd, KVM_SET_REGS, &regs) < 0)
        return error_set_errno(error, errno, "cannot set registers (KVM_SET_REGS)");
    return set_apic(vcpu_fd, error);
}
