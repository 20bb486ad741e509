/* SPDX-License-Identifier: MIT */
/*
 * The state in which the guest's processors start: the first one at the kernel's entry, as a boot
 * loader would have left it; the others halted, until the kernel wakes them by INIT and SIPI
 * (Intel SDM volume 3, 9.4).
 */
#ifndef MINIVMM_CPU_START_H
#define MINIVMM_CPU_START_H

#include <linux/kvm.h>
#include <stdbool.h>

#include "common/error.h"
#include "minivmm/boot/kernel.h"

/* What firmware does on every processor: MSRs. */
int cpu_start_firmware(int vcpu_fd, bool intel, struct error *error);

/* The first processor alone: its local APIC, and registers for the way the kernel is entered. */
int cpu_start_first(int vcpu_fd, const struct kernel_start *start, struct error *error);

/* The pure part: fill *sregs (as KVM_GET_SREGS gave it) and *regs. */
void cpu_start_fill(const struct kernel_start *start, struct kvm_sregs *sregs,
                    struct kvm_regs *regs);

#endif
