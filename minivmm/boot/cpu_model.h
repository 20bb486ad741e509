/* SPDX-License-Identifier: MIT */
/*
 * The processor that the guest sees, by CPUID: the host's, as far as KVM can show it, put into a
 * machine of its own. KVM describes the one processor it happened to be asked on; here each vCPU
 * gets its own APIC id, and all get the same topology: one package of so many cores with one thread
 * each.
 */
#ifndef MINIVMM_CPU_MODEL_H
#define MINIVMM_CPU_MODEL_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "common/error.h"

struct cpu_model {
    struct kvm_cpuid2 *supported; /* as KVM_GET_SUPPORTED_CPUID tells it */
    bool tsc_deadline;            /* the in-kernel LAPIC has a timer that counts by the TSC */
};

enum {
    CPU_MODEL_LEAVES_MAX = 256, /* KVM takes no more (KVM_MAX_CPUID_ENTRIES) */
    CPU_MODEL_ADDED_MAX = 6,    /* by cpu_model_fill() */
};

/* Ask KVM what it can show. */
int cpu_model_read(struct cpu_model *model, int kvm_fd, struct error *error);
void cpu_model_free(struct cpu_model *model);

/* Tell the vCPU number index of cpus what it is (KVM_SET_CPUID2). */
int cpu_model_set(const struct cpu_model *model, int vcpu_fd, unsigned index, unsigned cpus,
                  struct error *error);

/*
 * What cpu_model_set() sets: fill to, which has room for CPU_MODEL_ADDED_MAX leaves more than are
 * supported, and return how many there are.
 */
unsigned cpu_model_fill(const struct cpu_model *model, unsigned index, unsigned cpus,
                        struct kvm_cpuid_entry2 *to);

/* Whether the processor is Intel's: a few of its MSRs exist nowhere else. */
bool cpu_model_is_intel(const struct cpu_model *model);

#endif
