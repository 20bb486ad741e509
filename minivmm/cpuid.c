/* SPDX-License-Identifier: MIT */
/* CPUID: what the program is told about its processor. */
#include <errno.h>
#include <immintrin.h>
#include <linux/kvm.h>
#include <string.h>

#include "minivmm/cpu.h"
#include "minivmm/kvm.h"

enum { LEAVES_MAX = 256 };

/* XCR0 bits, Intel SDM volume 1, section 13.1. */
#define XCR0_X87 UINT64_C(1)
#define XCR0_AMX (UINT64_C(3) << 17) /* 8 KiB of tiles, for which every process has to ask */

/*
 * What both the host uses and KVM supports. As much as possible, and not only for the program:
 * where guest and host agree, KVM need not change XCR0 at each entry and exit.
 */
__attribute__((target("xsave"))) static uint64_t choose_xcr0(const struct kvm_cpuid2 *cpuid)
{
    for (unsigned i = 0; i < cpuid->nent; i++) {
        const struct kvm_cpuid_entry2 *leaf = &cpuid->entries[i];
        if (leaf->function == 0xd && leaf->index == 0 && leaf->eax != 0)
            return (leaf->eax | (uint64_t)leaf->edx << 32) & (uint64_t)_xgetbv(0) & ~XCR0_AMX;
    }
    return XCR0_X87;
}

/* KVM tells of the physical processor that it happens to run on: make it the machine's only one. */
static void adjust(struct kvm_cpuid_entry2 *leaf)
{
    switch (leaf->function) {
    case 1: /* EBX: APIC id, how many processors; ECX: TSC deadline, hypervisor; EDX: threads */
        leaf->ebx = (leaf->ebx & 0xffff) | 1u << 16;
        leaf->ecx = (leaf->ecx & ~(1u << 24)) | 1u << 31;
        leaf->edx &= ~(1u << 28);
        break;
    case 0xa: /* performance counters: none */
        leaf->eax = leaf->ebx = leaf->ecx = leaf->edx = 0;
        break;
    case 0xb: /* topology; EDX: APIC id */
    case 0x1f:
        leaf->edx = 0;
        break;
    }
}

int cpu_set_cpuid(int kvm_fd, int vcpu_fd, uint64_t *xcr0, const struct trace *trace,
                  struct error *error)
{
    static const struct trace_step get_step = {"supported CPUID", "ioctl(KVM_GET_SUPPORTED_CPUID)",
                                               "ask KVM what it can show to a guest",
                                               "KVM API 4.46"};
    static const struct trace_step set_step = {
        "CPUID", "ioctl(KVM_SET_CPUID2)",
        "tell the vCPU which features it has: KVM allows XCR0 and CR4 bits by them",
        "KVM API 4.20, 4.46; Intel SDM volume 2, CPUID"};
    struct {
        struct kvm_cpuid2 header;
        struct kvm_cpuid_entry2 entries[LEAVES_MAX];
    } cpuid;

    memset(&cpuid.header, 0, sizeof cpuid.header);
    cpuid.header.nent = LEAVES_MAX;
    int64_t start = trace_start(trace);
    if (kvm_ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, &cpuid) < 0)
        return error_set_errno(error, errno, "cannot ask for CPUID (KVM_GET_SUPPORTED_CPUID)");
    trace_end(trace, TRACE_STEP, &get_step, start, NULL);
    for (unsigned i = 0; i < cpuid.header.nent; i++)
        adjust(&cpuid.entries[i]);
    start = trace_start(trace);
    if (kvm_ioctl(vcpu_fd, KVM_SET_CPUID2, &cpuid) < 0)
        return error_set_errno(error, errno, "cannot set CPUID (KVM_SET_CPUID2)");
    trace_end(trace, TRACE_STEP, &set_step, start, NULL);
    *xcr0 = choose_xcr0(&cpuid.header);
    return 0;
}
