/* SPDX-License-Identifier: MIT */
/* The first calls of every machine, and what can go wrong with them. */
#include "minivmm/kvm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "common/stages.h"

enum { CREATE_VM_TRIES = 10 };

int kvm_open(int *kvm_fd, const struct trace *trace, struct error *error)
{
    static const struct trace_step step = {
        STAGE_OPEN_KVM, "open(\"/dev/kvm\"), ioctl(KVM_GET_API_VERSION)",
        "the device through which Linux lends out the processor's virtualization", "KVM API 4.1"};
    int64_t start = trace_start(trace);

    *kvm_fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (*kvm_fd < 0 && errno == ENOENT)
        return error_set(error, ENOENT,
                         "there is no /dev/kvm: load the module kvm_intel or kvm_amd, or switch "
                         "virtualization on in the firmware");
    if (*kvm_fd < 0)
        return error_set_errno(error, errno, "cannot open /dev/kvm%s",
                               errno == EACCES ? " (add yourself to the group kvm)" : "");
    int version = kvm_ioctl(*kvm_fd, KVM_GET_API_VERSION, NULL);
    if (version != KVM_API_VERSION)
        return error_set(error, ENOTSUP, "/dev/kvm has API version %d, not %d", version,
                         KVM_API_VERSION);
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

int kvm_create_vm(int kvm_fd, int *vm_fd, const struct trace *trace, struct error *error)
{
    static const struct trace_step step = {STAGE_CREATE_VM, "ioctl(KVM_CREATE_VM)",
                                           "a VM is an address space without processors yet",
                                           "KVM API 4.2"};
    int64_t start = trace_start(trace);

    *vm_fd = -1;
    for (int tries = 0; *vm_fd < 0 && tries < CREATE_VM_TRIES; tries++) {
        *vm_fd = kvm_ioctl(kvm_fd, KVM_CREATE_VM, NULL);
        if (*vm_fd < 0 && errno != EINTR)
            break;
    }
    if (*vm_fd < 0)
        return error_set_errno(error, errno, "cannot create a VM (KVM_CREATE_VM)");
    trace_end(trace, TRACE_STAGE, &step, start, NULL);
    return 0;
}

int kvm_create_vcpu(int kvm_fd, int vm_fd, unsigned id, struct kvm_vcpu *vcpu, struct error *error)
{
    *vcpu = (struct kvm_vcpu){.fd = -1};
    /* The argument is the number itself, not its address. */
    vcpu->fd = kvm_ioctl(vm_fd, KVM_CREATE_VCPU, (const void *)(uintptr_t)id);
    if (vcpu->fd < 0)
        return error_set_errno(error, errno, "cannot create a vCPU (KVM_CREATE_VCPU)");
    int bytes = kvm_ioctl(kvm_fd, KVM_GET_VCPU_MMAP_SIZE, NULL);
    if (bytes < (int)sizeof *vcpu->run)
        return error_set(error, ENOTSUP, "KVM's shared page is too small: %d bytes", bytes);
    void *run = mmap(NULL, (size_t)bytes, PROT_READ | PROT_WRITE, MAP_SHARED, vcpu->fd, 0);
    if (run == MAP_FAILED)
        return error_set_errno(error, errno, "cannot map the vCPU");
    vcpu->run = run;
    vcpu->run_bytes = (size_t)bytes;
    return 0;
}

void kvm_destroy_vcpu(struct kvm_vcpu *vcpu)
{
    if (vcpu->run)
        munmap(vcpu->run, vcpu->run_bytes);
    if (vcpu->fd >= 0)
        close(vcpu->fd);
    *vcpu = (struct kvm_vcpu){.fd = -1};
}
