/* SPDX-License-Identifier: MIT */
/*
 * The way into KVM: its device, a VM, a vCPU. What every kind of machine begins with; what it puts
 * into the VM (memory, interrupt controllers, devices) is its own business.
 */
#ifndef MINIVMM_KVM_H
#define MINIVMM_KVM_H

#include <linux/kvm.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "common/error.h"
#include "common/trace.h"

/* ioctl(2) as the kernel has it: the C libraries disagree about the type of the request. */
static inline int kvm_ioctl(int fd, unsigned long request, const void *argument)
{
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

/* Open /dev/kvm. Errors: ENOENT, EACCES, and what else open(2) says, in words. */
int kvm_open(int *kvm_fd, const struct trace *trace, struct error *error);

/* Make a VM: an address space without processors yet. */
int kvm_create_vm(int kvm_fd, int *vm_fd, const struct trace *trace, struct error *error);

/* A processor of a VM. */
struct kvm_vcpu {
    int fd;              /* -1: none */
    struct kvm_run *run; /* shared with KVM: exits, and registers by KVM_CAP_SYNC_REGS */
    size_t run_bytes;
};

/*
 * Make the vCPU number id (on x86 also its APIC id) and map what it shares with KVM. After a
 * failure too, *vcpu is to be given to kvm_destroy_vcpu().
 */
int kvm_create_vcpu(int kvm_fd, int vm_fd, unsigned id, struct kvm_vcpu *vcpu, struct error *error);
void kvm_destroy_vcpu(struct kvm_vcpu *vcpu);

#endif
