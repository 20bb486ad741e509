/* SPDX-License-Identifier: MIT */
/* CPUID for each vCPU (Intel SDM volume 2, CPUID; AMD APM volume 3, appendix E). */
#include "minivmm/boot/cpu_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "minivmm/kvm.h"

enum { LEAVES_FIRST = 64 };

/* --- asking KVM ------------------------------------------------------------------------------ */

int cpu_model_read(struct cpu_model *model, int kvm_fd, struct error *error)
{
    int result = -1;

    *model = (struct cpu_model){0};
    /* nent goes in as the room there is; where that is too little, KVM says E2BIG. */
    for (unsigned leaves = LEAVES_FIRST; result < 0 && leaves <= CPU_MODEL_LEAVES_MAX;
         leaves *= 2) {
        free(model->supported);
        model->supported =
            calloc(1, sizeof *model->supported + leaves * sizeof *model->supported->entries);
        if (!model->supported)
            return error_set_errno(error, ENOMEM, "cannot ask for CPUID");
        model->supported->nent = leaves;
        result = kvm_ioctl(kvm_fd, KVM_GET_SUPPORTED_CPUID, model->supported);
        if (result < 0 && errno != E2BIG)
            break;
    }
    if (result < 0)
        return error_set_errno(error, errno, "cannot ask for CPUID (KVM_GET_SUPPORTED_CPUID)");
    /* It depends on where the LAPIC is, so KVM tells of it apart from the rest (KVM API 4.46). */
    model->tsc_deadline =
        kvm_ioctl(kvm_fd, KVM_CHECK_EXTENSION, (const void *)KVM_CAP_TSC_DEADLINE_TIMER) > 0;
    return 0;
}

void cpu_model_free(struct cpu_model *model)
{
    free(model->supported);
    *model = (struct cpu_model){0};
}

/* --- one vCPU -------------------------------------------------------------------------------- */

static const struct kvm_cpuid_entry2 *find(const struct cpu_model *model, uint32_t function)
{
    for (uint32_t i = 0; i < model->supported->nent; i++)
        if (model->supported->entries[i].function == function)
            return &model->supported->entries[i];
    return NULL;
}

static bool vendor_is(const struct cpu_model *model, const char name[12])
{
    const struct kvm_cpuid_entry2 *leaf = find(model, 0);
    /* The name is in EBX, EDX, ECX, in this order. */
    return leaf && memcmp(&leaf->ebx, name, 4) == 0 && memcmp(&leaf->edx, name + 4, 4) == 0 &&
           memcmp(&leaf->ecx, name + 8, 4) == 0;
}

bool cpu_model_is_intel(const struct cpu_model *model)
{
    return vendor_is(model, "GenuineIntel");
}

static bool is_amd(const struct cpu_model *model)
{
    return vendor_is(model, "AuthenticAMD") || vendor_is(model, "HygonGenuine");
}

/* How many bits of an APIC id number the cores. */
static uint32_t id_bits(unsigned cpus)
{
    uint32_t bits = 0;

    while (1u << bits < cpus)
        bits++;
    return bits;
}

static uint32_t set_bits(uint32_t value, unsigned low, unsigned count, uint32_t bits)
{
    uint32_t mask = ((1u << count) - 1) << low;
    return (value & ~mask) | (bits << low & mask);
}

static uint32_t set_bit(uint32_t value, unsigned bit, bool on)
{
    return set_bits(value, bit, 1, on);
}

/*
 * The levels of a processor's topology (leaves 0xB and 0x1F): threads of a core, cores of the
 * package, and an empty one that ends the list. ECX: number and kind of the level; EAX: how many
 * bits of the APIC id to drop to get to the next level.
 */
static unsigned add_topology(struct kvm_cpuid_entry2 *to, uint32_t function, unsigned index,
                             unsigned cpus)
{
    enum { THREADS = 1, CORES = 2, LEVELS = 3 };

    for (uint32_t level = 0; level < LEVELS; level++)
        to[level] = (struct kvm_cpuid_entry2){.function = function,
                                              .index = level,
                                              .flags = KVM_CPUID_FLAG_SIGNIFCANT_INDEX,
                                              .ecx = level,
                                              .edx = index};
    to[0].ebx = 1;
    to[0].ecx |= THREADS << 8;
    to[1].eax = id_bits(cpus);
    to[1].ebx = cpus;
    to[1].ecx |= CORES << 8;
    return LEVELS;
}

/* A cache of leaf 4 or 0x8000001D: the first two levels are each core's own, others are shared. */
static void share_cache(struct kvm_cpuid_entry2 *leaf, unsigned cpus)
{
    uint32_t level = leaf->eax >> 5 & 7;
    leaf->eax = set_bits(leaf->eax, 14, 12, level > 2 ? cpus - 1 : 0);
}

static void adjust(const struct cpu_model *model, struct kvm_cpuid_entry2 *leaf, unsigned index,
                   unsigned cpus)
{
    switch (leaf->function) {
    case 1:
        leaf->ebx = set_bits(leaf->ebx, 24, 8, index); /* initial APIC id */
        leaf->ebx = set_bits(leaf->ebx, 16, 8, cpus);  /* APIC ids in the package */
        leaf->ecx = set_bit(leaf->ecx, 5, false);      /* VMX: no machines within the machine */
        leaf->ecx = set_bit(leaf->ecx, 15, false);     /* PDCM, of performance counters */
        leaf->ecx = set_bit(leaf->ecx, 24, model->tsc_deadline);
        leaf->ecx = set_bit(leaf->ecx, 31, true);     /* there is a hypervisor */
        leaf->edx = set_bit(leaf->edx, 28, cpus > 1); /* more than one APIC id in the package */
        break;
    case 4:
        share_cache(leaf, cpus);
        leaf->eax = set_bits(leaf->eax, 26, 6, (leaf->eax & 0x1f) ? cpus - 1 : 0); /* cores - 1 */
        break;
    case 0xa: /* performance counters: none, as KVM's are a way into the host's own */
        leaf->eax = leaf->ebx = leaf->ecx = leaf->edx = 0;
        break;
    case 0x80000001:
        if (is_amd(model)) {
            leaf->ecx = set_bit(leaf->ecx, 1, cpus > 1); /* CmpLegacy: cores, not threads */
            leaf->ecx = set_bit(leaf->ecx, 2, false);    /* SVM */
            leaf->ecx = set_bit(leaf->ecx, 23, false);   /* PerfCtrExtCore */
            leaf->ecx = set_bit(leaf->ecx, 24, false);   /* PerfCtrExtNB */
        }
        break;
    case 0x80000008:
        if (is_amd(model)) {
            leaf->ecx = set_bits(leaf->ecx, 0, 8, cpus - 1);
            leaf->ecx = set_bits(leaf->ecx, 12, 4, id_bits(cpus));
        }
        break;
    case 0x8000001d:
        share_cache(leaf, cpus);
        break;
    case 0x8000001e: /* EAX: APIC id; EBX: core, threads of it - 1; ECX: node, nodes - 1 */
        leaf->eax = index;
        leaf->ebx = index & 0xff;
        leaf->ecx = 0;
        break;
    case 0x80000022: /* performance monitoring version 2 */
        leaf->eax = leaf->ebx = 0;
        break;
    }
}

unsigned cpu_model_fill(const struct cpu_model *model, unsigned index, unsigned cpus,
                        struct kvm_cpuid_entry2 *to)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < model->supported->nent; i++) {
        const struct kvm_cpuid_entry2 *leaf = &model->supported->entries[i];
        if (leaf->function == 0xb || leaf->function == 0x1f) {
            /* However many levels KVM tells of, those of this machine, once. */
            if (leaf->index == 0)
                count += add_topology(to + count, leaf->function, index, cpus);
            continue;
        }
        to[count] = *leaf;
        adjust(model, &to[count], index, cpus);
        count++;
    }
    return count;
}

int cpu_model_set(const struct cpu_model *model, int vcpu_fd, unsigned index, unsigned cpus,
                  struct error *error)
{
    unsigned room = model->supported->nent + CPU_MODEL_ADDED_MAX;
    struct kvm_cpuid2 *cpuid = calloc(1, sizeof *cpuid + room * sizeof *cpuid->entries);
    int result = 0;

    if (!cpuid)
        return error_set_errno(error, ENOMEM, "cannot set CPUID");
    cpuid->nent = cpu_model_fill(model, index, cpus, cpuid->entries);
    if (kvm_ioctl(vcpu_fd, KVM_SET_CPUID2, cpuid) < 0)
        result =
            error_set_errno(error, errno, "cannot set CPUID of vCPU %u (KVM_SET_CPUID2)", index);
    free(cpuid);
    return result;
}
