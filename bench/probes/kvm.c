/* SPDX-License-Identifier: MIT */
/*
 * kvm: can virtual machines be made from in here, by the host's /dev/kvm? Asks for the version of
 * its interface and makes none.
 */
#include <linux/kvm.h>
#include <sys/ioctl.h>

#include "bench/probes/probe.h"

int main(void)
{
    int fd = open("/dev/kvm", O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return probe_failed("open /dev/kvm");
    int version = ioctl(fd, KVM_GET_API_VERSION, 0);
    if (version < 0)
        return probe_failed("ioctl(KVM_GET_API_VERSION)");
    return probe_report(VERDICT_ALLOWED, "reached KVM, version %d", version);
}
