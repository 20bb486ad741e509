/* SPDX-License-Identifier: MIT */
/* ioctl(2) as the kernel has it: the C libraries disagree about the type of the request. */
#ifndef MINIVMM_KVM_H
#define MINIVMM_KVM_H

#include <linux/kvm.h>
#include <sys/syscall.h>
#include <unistd.h>

static inline int kvm_ioctl(int fd, unsigned long request, const void *argument)
{
    return (int)syscall(SYS_ioctl, fd, request, argument);
}

#endif
