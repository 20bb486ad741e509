/* SPDX-License-Identifier: MIT */
/* Interrupt lines by irqfd. */
#include "minivmm/devices/irq.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "minivmm/kvm.h"

int irq_create(struct irq *irq, int vm_fd, unsigned gsi, struct error *error)
{
    irq->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (irq->fd < 0)
        return error_set_errno(error, errno, "cannot make an eventfd for interrupt %u", gsi);
    const struct kvm_irqfd irqfd = {.fd = (uint32_t)irq->fd, .gsi = gsi};
    if (kvm_ioctl(vm_fd, KVM_IRQFD, &irqfd) < 0)
        return error_set_errno(error, errno, "cannot connect interrupt %u (KVM_IRQFD)", gsi);
    return 0;
}

void irq_destroy(struct irq *irq)
{
    if (irq->fd >= 0)
        close(irq->fd);
    irq->fd = -1;
}

void irq_raise(const struct irq *irq)
{
    const uint64_t one = 1;

    /* KVM takes the event while it is written; what cannot be added is pending already. */
    if (irq->fd >= 0 && write(irq->fd, &one, sizeof one) < 0)
        return;
}
